package org.chagres.nn.backend;

import java.util.List;

/** Offers the backend of a kind of device; found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {

  /** The kind, as in a device's name: {@code cpu}, {@code cuda}. */
  String kind();

  /** What there is of it here, for people, a line each: devices and what they need, or in one sentence why there is none. */
  List<String> describe();

  /**
   * The backend of a device of this kind; the same one at every call.
   *
   * @param index which device, from 0
   * @throws IllegalArgumentException if there is no such device; the message says why
   */
  Backend device(int index);
}
