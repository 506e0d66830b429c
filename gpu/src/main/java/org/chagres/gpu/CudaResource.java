package org.chagres.gpu;

/**
 * Something of a device that has to be given back. Closing it twice is fine; what is still open when its device closes
 * is closed then, the last made first.
 */
public abstract class CudaResource implements AutoCloseable {

  private final CudaDevice device;
  private final String name;
  /** Touched on the device's thread. */
  private boolean open;

  /** Not yet open: {@link #opened} says when there is something to give back. */
  protected CudaResource(CudaDevice device, String name) {
    this.device = device;
    this.name = name;
  }

  /** Its device. */
  public final CudaDevice device() {
    return device;
  }

  /** Says that there is something to give back now; on the device's thread. */
  protected final void opened() {
    open = true;
    device.own(this);
  }

  /** Gives back; called once, on the device's thread. */
  protected abstract void release();

  /**
   * Sees to it that this is open; on the device's thread.
   *
   * @throws IllegalStateException if not
   */
  protected final void requireOpen() {
    if (!open) {
      throw new IllegalStateException(this + " is closed");
    }
  }

  @Override
  public final void close() {
    // A closed device has closed this as well.
    device.runIfOpen(this::closeHere);
  }

  final void closeHere() {
    if (open) {
      open = false;
      device.disown(this);
      release();
    }
  }

  /** What it is called in messages. */
  @Override
  public final String toString() {
    return name;
  }
}
