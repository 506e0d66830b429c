package org.chagres.gpu.fake;

/** A call's way out with an error code. One with a text is misuse, which {@link FakeCuda#problems} tells. */
final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Codes that each library has under a number of its own. */
  static final int INVALID_VALUE = -1;

  static final int INVALID_HANDLE = -2;

  private final int code;

  Refusal(int code) {
    this(code, "");
  }

  Refusal(int code, String misuse) {
    super(misuse, null, false, false);
    this.code = code;
  }

  static Refusal value(String misuse) {
    return new Refusal(INVALID_VALUE, misuse);
  }

  static Refusal handle(String misuse) {
    return new Refusal(INVALID_HANDLE, misuse);
  }

  int code() {
    return code;
  }

  boolean isMisuse() {
    return !getMessage().isEmpty();
  }
}
