package org.chagres.train.data;

import java.lang.foreign.MemorySegment;

/** Memory of a batch: a slot of the host's, or where it lies on a device. */
interface Place {

  /** All of the inputs. */
  MemorySegment inputs();

  /** All of the targets. */
  MemorySegment targets();

  /** The loop is done with the batch in it; whether it may be filled anew. */
  boolean readersDone();

  /** Hands the memory back; once. */
  void close();

  /** Closes what a device has. One that failed has nothing left to give back, and its next call tells why. */
  static void close(AutoCloseable ofDevice) {
    try {
      ofDevice.close();
    } catch (Exception e) {
      System.getLogger(Place.class.getName()).log(System.Logger.Level.DEBUG, "closing what a loader has on a device",
          e);
    }
  }
}
