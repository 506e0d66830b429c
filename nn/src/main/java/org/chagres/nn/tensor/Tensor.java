package org.chagres.nn.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.chagres.nn.backend.Backend;
import org.chagres.nn.backend.Recorder;
import org.chagres.simd.shape.CompareOp;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.ReduceOp;
import org.chagres.simd.shape.UnaryOp;

/**
 * An array of numbers in off-heap memory, of any number of dimensions, that automatic differentiation can follow.
 *
 * <p>Shapes are PyTorch's; images are (N, C, H, W) and lie channels-last in memory. Views (permute, slice, reshape where it can,
 * ...) share memory. Ops with two operands broadcast as NumPy's do. A tensor made while a {@link Scope} is open is freed with it.
 *
 * <p>A tensor may be read by several threads; changes are for one thread at a time.
 */
public final class Tensor {

  /** Counts changes in place; shared by the views of a tensor. */
  private static final class Version {
    int value;
    /** Whether a recorded view shares the memory: a change in place would have to change its history, too. */
    boolean viewed;
    /** Least and largest of integers on a device, and at which value they were. */
    long least;
    long most;
    int bounded = -1;
  }

  private Storage storage;
  private long offset;
  private final int[] shape;
  private final long[] strides;
  private final DType dtype;
  private final Version version;
  private MemorySegment data;
  private boolean requiresGrad;
  private Node node;
  private Tensor grad;
  /** Whether it was made as a view of another tensor. */
  private boolean view;
  /** Where the gradient is to lie, in a flat block; filled where {@link #grad} is this tensor. */
  private Tensor gradHome;
  /** Whether a derivative is filling it. */
  private boolean gradHomeTaken;
  /** The recorder that knows whether there was a gradient when its step began. */
  private long gradKnownTo;

  private Tensor(Storage storage, long offset, int[] shape, long[] strides, DType dtype, Version version) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    this.dtype = dtype;
    this.version = version;
  }

  // ---- Making ---------------------------------------------------------------------------------------------------------

  /** Contents not defined; the op is what messages call its maker. */
  public static Tensor empty(String op, DType dtype, Device device, int... shape) {
    return empty(op, dtype, device, shape, Layout.usual(shape));
  }

  /** f32 on the CPU, contents not defined. */
  public static Tensor empty(int... shape) {
    return empty("empty", DType.F32, Device.cpu(), shape.clone());
  }

  static Tensor empty(String op, DType dtype, Device device, int[] shape, long[] strides) {
    long bytes = Layout.count(Layout.checked(shape)) * dtype.bytes();
    return new Tensor(Storage.allocate(device, bytes, op, shape), 0, shape, strides, dtype, new Version());
  }

  /** A fresh tensor of another one's device and type. */
  public Tensor fresh(String op, int... newShape) {
    return empty(op, dtype, device(), newShape);
  }

  /** A fresh tensor of this one's shape, type and, where this is dense, layout. */
  public Tensor freshLike(String op) {
    return isDense() ? empty(op, dtype, device(), shape, strides) : empty(op, dtype, device(), shape);
  }

  /** Zeros, f32. */
  public static Tensor zeros(int... shape) {
    return full(0, shape);
  }

  /** Ones, f32. */
  public static Tensor ones(int... shape) {
    return full(1, shape);
  }

  /** One value everywhere, f32. */
  public static Tensor full(double value, int... shape) {
    return full(DType.F32, value, shape);
  }

  /** One value everywhere. */
  public static Tensor full(DType dtype, double value, int... shape) {
    return full(Device.cpu(), dtype, value, shape);
  }

  /** One value everywhere, on a device. */
  public static Tensor full(Device device, DType dtype, double value, int... shape) {
    Tensor t = empty("full", dtype, device, shape.clone());
    t.fill(value);
    return t;
  }

  /** A number, f32, of no dimensions. */
  public static Tensor scalar(double value) {
    return full(value);
  }

  /** Uniform in [0, 1), f32, from the thread's default generator. */
  public static Tensor rand(int... shape) {
    return Generator.standard().uniform(0, 1, shape);
  }

  /** Standard normal, f32, from the default generator. */
  public static Tensor randn(int... shape) {
    return Generator.standard().normal(0, 1, shape);
  }

  /** Integers in [low, high), i64, from the default generator. */
  public static Tensor randint(long low, long high, int... shape) {
    return Generator.standard().integers(low, high, shape);
  }

  /** 0, 1, ..., n - 1 as i64. */
  public static Tensor arange(int n) {
    return arange(0, n, 1);
  }

  /** start, start + step, ... up to but not including end, as i64. */
  public static Tensor arange(long start, long end, long step) {
    if (step == 0) {
      throw new IllegalArgumentException("arange: step must not be 0");
    }
    long span = step > 0 ? end - start + step - 1 : end - start + step + 1;
    int n = Math.toIntExact(Math.max(0, span / step));
    long[] values = new long[n];
    for (int i = 0; i < n; i++) {
      values[i] = start + i * step;
    }
    return of(values, n);
  }

  /** Evenly spaced from start to end, both included, f32. */
  public static Tensor linspace(double start, double end, int steps) {
    float[] values = new float[Layout.checked(new int[] {steps})[0]];
    for (int i = 0; i < steps; i++) {
      values[i] = (float) (steps == 1 ? start : start + (end - start) * i / (steps - 1));
    }
    return of(values, steps);
  }

  /** The identity matrix, f32. */
  public static Tensor eye(int n) {
    float[] values = new float[Math.multiplyExact(n, n)];
    for (int i = 0; i < n; i++) {
      values[i * n + i] = 1;
    }
    return of(values, n, n);
  }

  /** Values as f32, one dimension. */
  public static Tensor of(float[] values) {
    return of(values, values.length);
  }

  /** Values in row-major order as f32; with an empty shape, the one value of a tensor without dimensions. */
  public static Tensor of(float[] values, int... shape) {
    return Transfer.fromHost(DType.F32, MemorySegment.ofArray(values), values.length, shape);
  }

  /** Values as f64, one dimension. */
  public static Tensor of(double[] values) {
    return of(values, values.length);
  }

  /** Values in row-major order as f64; with an empty shape, the one value of a tensor without dimensions. */
  public static Tensor of(double[] values, int... shape) {
    return Transfer.fromHost(DType.F64, MemorySegment.ofArray(values), values.length, shape);
  }

  /** Values as i64, one dimension. */
  public static Tensor of(long[] values) {
    return of(values, values.length);
  }

  /** Values in row-major order as i64; with an empty shape, the one value of a tensor without dimensions. */
  public static Tensor of(long[] values, int... shape) {
    return Transfer.fromHost(DType.I64, MemorySegment.ofArray(values), values.length, shape);
  }

  /** Values as i32, one dimension. */
  public static Tensor of(int[] values) {
    return of(values, values.length);
  }

  /** Values in row-major order as i32; with an empty shape, the one value of a tensor without dimensions. */
  public static Tensor of(int[] values, int... shape) {
    return Transfer.fromHost(DType.I32, MemorySegment.ofArray(values), values.length, shape);
  }

  /** Values as u8, one dimension. */
  public static Tensor of(byte[] values) {
    return of(values, values.length);
  }

  /** Values in row-major order as u8; with an empty shape, the one value of a tensor without dimensions. */
  public static Tensor of(byte[] values, int... shape) {
    return Transfer.fromHost(DType.U8, MemorySegment.ofArray(values), values.length, shape);
  }

  /** Values as bool, one dimension. */
  public static Tensor of(boolean[] values) {
    return of(values, values.length);
  }

  /** Values in row-major order as bool; with an empty shape, the one value of a tensor without dimensions. */
  public static Tensor of(boolean[] values, int... shape) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (values[i] ? 1 : 0);
    }
    return Transfer.fromHost(DType.BOOL, MemorySegment.ofArray(bytes), values.length, shape);
  }

  /** Rows of a matrix as f32. */
  public static Tensor of(float[][] rows) {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    float[] flat = new float[Math.multiplyExact(rows.length, columns)];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != columns) {
        throw new IllegalArgumentException(
            "rows: expected " + columns + " values in row " + i + ", got " + rows[i].length);
      }
      System.arraycopy(rows[i], 0, flat, i * columns, columns);
    }
    return of(flat, rows.length, columns);
  }

  /**
   * A tensor over host memory that something else keeps: a loader's slot, a mapped file. The memory must be off-heap and never
   * unmapped while the keeper is reachable.
   *
   * @param memory at least the tensor's elements
   * @param channelsLast whether four dimensions lie channels-last; else row-major
   * @param keeper kept reachable as long as the tensor is; messages call it the tensor's maker
   */
  public static Tensor wrap(MemorySegment memory, DType dtype, boolean channelsLast, Object keeper, int... shape) {
    int[] s = Layout.checked(shape.clone());
    long bytes = Layout.count(s) * dtype.bytes();
    if (!memory.isNative() || memory.byteSize() < bytes) {
      throw new IllegalArgumentException(
          "memory: expected " + bytes + " bytes off-heap for " + Layout.toString(s) + ", got " + memory);
    }
    long[] strides = channelsLast && s.length == 4 ? Layout.channelsLast(s) : Layout.rowMajor(s);
    Storage storage = Storage.of(Device.cpu(), memory, s, keeper);
    return new Tensor(storage, 0, s, strides, dtype, new Version());
  }

  /**
   * This tensor of the host as it lies on a device, where something else copies it: a loader.
   *
   * @param memory the device's, of the elements in this tensor's order; the keeper keeps it
   * @param keeper kept reachable as long as the tensor is; messages call it the tensor's maker
   */
  public Tensor uploaded(Device device, MemorySegment memory, Object keeper) {
    if (!isDense() || memory.byteSize() < count() * dtype.bytes()) {
      throw new IllegalArgumentException("memory: expected " + count() * dtype.bytes() + " bytes for the dense "
          + Layout.toString(shape) + ", got " + memory.byteSize());
    }
    Tensor there = new Tensor(Storage.of(device, memory, shape, keeper), 0, shape, strides, dtype, new Version());
    if (dtype == DType.I64) {
      IndexCheck.note(there, data(), count());
    }
    return there;
  }

  /** Another look at the same elements. */
  Tensor view(int[] newShape, long[] newStrides, long newOffset) {
    told();
    Tensor v = new Tensor(storage, newOffset, newShape, newStrides, dtype, version);
    v.view = true;
    return v;
  }

  /** Whether recorded ops know these elements under another tensor, too. */
  boolean isSharedOnTape() {
    return view || version.viewed;
  }

  /** Notes that a recorded op made this of an input; a view of it shares its version. */
  void recordedFrom(Tensor input) {
    if (input != this && input.version == version) {
      version.viewed = true;
    }
  }

  // ---- What it is -----------------------------------------------------------------------------------------------------

  /** Sizes, one a dimension. */
  public int[] shape() {
    return shape.clone();
  }

  /** Size of a dimension, negative from the back. */
  public int size(int dim) {
    return shape[Layout.dim(dim, shape.length)];
  }

  /** Number of dimensions. */
  public int rank() {
    return shape.length;
  }

  /** Number of elements. */
  public long count() {
    return Layout.count(shape);
  }

  /** Element type. */
  public DType dtype() {
    return dtype;
  }

  /** Where it lies. */
  public Device device() {
    return storage.device;
  }

  /** The kernels of its device. */
  public Backend backend() {
    return storage.device.backend();
  }

  /** Elements from one index to the next, per dimension. */
  public long[] strides() {
    return strides.clone();
  }

  /** Whether its elements fill a stretch of memory, in any order of dimensions. */
  public boolean isDense() {
    return Layout.isDense(shape, strides);
  }

  /** Whether it is dense in the row-major order of its shape. */
  public boolean isContiguous() {
    return Layout.isRowMajor(shape, strides);
  }

  /** Whether it is dense as (N, H, W, C), for a shape (N, C, H, W). */
  public boolean isChannelsLast() {
    return shape.length == 4 && Layout.isChannelsLast(shape, strides);
  }

  /**
   * Its memory, from its first element on. For ops: bounds are checked, layout is not.
   *
   * @throws IllegalStateException if it was freed
   */
  public MemorySegment data() {
    storage.check();
    told();
    MemorySegment d = data;
    if (d == null) {
      long start = offset * dtype.bytes();
      MemorySegment all = storage.segment();
      d = start == 0 && isDense() && all.byteSize() == count() * dtype.bytes() ? all : all.asSlice(start);
      data = d;
    }
    return d;
  }

  /** Whether a step that is being recorded made it: a replay fills it anew. */
  public boolean isOfRecordedStep() {
    return storage.isPlaced();
  }

  /** Tells a recorder that the step uses this tensor. */
  void told() {
    Recorder recorder = Recorder.current();
    if (recorder != null && !storage.touch(recorder)) {
      Storage now = storage;
      boolean gradient = requiresGrad;
      recorder.uses(this, () -> storage == now && !now.isFreed() && requiresGrad == gradient);
    }
  }

  /**
   * Whether another tensor has the same shape, type, device and layout.
   */
  public boolean isLike(Tensor other) {
    return dtype == other.dtype && Arrays.equals(shape, other.shape) && device().equals(other.device())
        && Layout.same(shape, strides, other.strides);
  }

  /** A tensor of this one's shape, type and layout over other memory of its device, which the keeper keeps. */
  public Tensor over(MemorySegment memory, Object keeper) {
    long last = 0;
    for (int i = 0; i < shape.length; i++) {
      last += Math.max(0, shape[i] - 1) * strides[i];
    }
    if (memory.byteSize() < (count() == 0 ? 0 : (last + 1) * dtype.bytes())) {
      throw new IllegalArgumentException(
          "memory: expected " + (last + 1) * dtype.bytes() + " bytes for " + Layout.toString(shape) + ", got "
              + memory.byteSize());
    }
    return new Tensor(Storage.of(device(), memory, shape, keeper), 0, shape, strides, dtype, new Version());
  }

  /** Notes between which values its integers lie, as long as they are not changed. */
  void bounds(long least, long most) {
    version.least = least;
    version.most = most;
    version.bounded = version.value;
  }

  /** Whether its integers are known to lie from 0 up to, not including, an end. */
  BooleanSupplier within(long end) {
    Version v = version;
    return () -> v.bounded == v.value && v.least >= 0 && v.most < end;
  }

  /**
   * Takes the contents of one that {@link #isLike} this, for what runs the same step again and again; it counts as no change.
   */
  public void refill(Tensor from) {
    MemorySegment to = data();
    // A dense tensor's memory may go on behind its elements.
    if (backend().queues()) {
      backend().memory().copy(from.data(), to, count() * dtype.bytes());
    } else {
      MemorySegment.copy(from.data(), 0, to, 0, to.byteSize());
    }
    version.bounded = -1;
    if (from.version.bounded == from.version.value) {
      bounds(from.version.least, from.version.most);
    }
  }

  int[] shapeArray() {
    return shape;
  }

  long[] stridesArray() {
    return strides;
  }

  long offset() {
    return offset;
  }

  Storage storage() {
    return storage;
  }

  Node node() {
    return node;
  }

  int version() {
    return version.value;
  }

  /** Counts its changes in place: what is worked out from its contents is valid while this stays the same. */
  public int changes() {
    return version.value;
  }

  /** Notes that its contents were changed by a call to the backend. */
  public void changed() {
    version.value++;
    Recorder recorder = Recorder.current();
    if (recorder != null && !storage.touch(recorder)) {
      recorder.call(this::changed);
    }
  }

  void attach(Node recorded) {
    node = recorded;
    requiresGrad = true;
  }

  /** Whether it lies in a flat block. */
  boolean isFlat() {
    return gradHome != null;
  }

  /** Moves the contents to other memory, where the elements lie the same way; views made before stay behind. */
  void rehome(Storage to, long newOffset, Tensor newGradHome) {
    long bytes = count() * dtype.bytes();
    MemorySegment target = to.segment().asSlice(newOffset * dtype.bytes(), bytes);
    backend().memory().copy(data(), target, bytes);
    boolean had = grad != null;
    if (had) {
      Arithmetic.copyInto(newGradHome, grad);
    }
    storage = to;
    offset = newOffset;
    data = null;
    gradHome = newGradHome;
    grad = had ? newGradHome : null;
  }

  /** Moves this tensor itself, and its gradient, to a device; it stays the same object. For parameters and buffers. */
  public void moveTo(Device device) {
    if (device().equals(device)) {
      return;
    }
    try (Grad off = Grad.disabled();
        Scope none = Scope.suspend()) {
      Tensor there = Transfer.to(detach(), device);
      Tensor gradient = grad == null ? null : Transfer.to(grad, device);
      if (!Arrays.equals(there.strides, strides)) {
        throw new IllegalStateException("a tensor that is not dense cannot be moved: " + Layout.toString(shape));
      }
      storage = there.storage;
      offset = there.offset;
      data = null;
      gradHome = null;
      gradHomeTaken = false;
      grad = gradient;
    }
  }

  /** Gives its memory back now, for it and every view of it; later use is an error. */
  public void free() {
    storage.free();
  }

  // ---- Gradients ------------------------------------------------------------------------------------------------------

  /** Whether ops on it are recorded. */
  public boolean requiresGrad() {
    return requiresGrad;
  }

  /**
   * Has ops on it recorded from now on, or no longer.
   *
   * @throws IllegalStateException if it is the result of a recorded op, or of a type without gradients
   */
  public Tensor requiresGrad(boolean on) {
    if (node != null && !on) {
      throw new IllegalStateException("requiresGrad can only be turned off for a leaf; use detach()");
    }
    if (on && dtype != DType.F32) {
      throw new IllegalStateException("only f32 tensors have gradients, this one is " + dtype);
    }
    requiresGrad = on || node != null;
    return this;
  }

  /** Whether no recorded op made it. */
  public boolean isLeaf() {
    return node == null;
  }

  /** Whether a gradient has come in. */
  public boolean hasGrad() {
    return grad != null;
  }

  /**
   * The gradient that backward left here.
   *
   * @throws IllegalStateException if there is none yet
   */
  public Tensor grad() {
    if (grad == null) {
      throw new IllegalStateException(
          "tensor " + Layout.toString(shape) + " has no gradient: "
              + (requiresGrad ? "backward() has not reached it" : "it does not require one"));
    }
    return grad;
  }

  /** Sets the gradient. */
  public void grad(Tensor gradient) {
    if (!Arrays.equals(gradient.shape, shape)) {
      throw new IllegalArgumentException(
          "gradient: expected shape " + Layout.toString(shape) + ", got " + Layout.toString(gradient.shape));
    }
    Arithmetic.sameDevice("gradient", this, gradient);
    grad = null;
    accumulate(gradient, false);
  }

  /** Forgets the gradient. */
  public void clearGrad() {
    grad = null;
    gradHomeTaken = false;
    Recorder recorder = Recorder.current();
    if (recorder != null) {
      gradKnownTo = recorder.id();
      recorder.call(() -> grad = null);
    }
  }

  /** Keeps the gradient of a result of recorded ops, too. */
  public void retainGrad() {
    if (node != null) {
      node.retained = this;
    }
  }

  /** The same elements, cut off from what was recorded. */
  public Tensor detach() {
    return new Tensor(storage, offset, shape, strides, dtype, version);
  }

  /**
   * Walks back from this single value and adds the gradients of the leaves to their {@link #grad}.
   *
   * @throws IllegalStateException if it has more than one element, nothing was recorded, or the walk was done before
   */
  public void backward() {
    if (count() != 1) {
      throw new IllegalStateException(
          "backward() without a gradient is for a single value; this tensor is " + Layout.toString(shape));
    }
    checkRecorded();
    try (Scope scope = Scope.open()) {
      Tensor one = empty("backward", dtype, device(), shape);
      one.fill(1);
      BackwardPass.run(this, one, false);
    }
  }

  /** Walks back with the gradient of this tensor. */
  public void backward(Tensor gradient) {
    backward(gradient, false);
  }

  /** Walks back; {@code retainGraph} keeps what was saved so that one can go again. */
  public void backward(Tensor gradient, boolean retainGraph) {
    checkRecorded();
    if (!Arrays.equals(gradient.shape, shape)) {
      throw new IllegalArgumentException(
          "gradient: expected shape " + Layout.toString(shape) + ", got " + Layout.toString(gradient.shape));
    }
    Arithmetic.sameDevice("backward", this, gradient);
    BackwardPass.run(this, gradient, retainGraph);
  }

  private void checkRecorded() {
    if (!requiresGrad) {
      throw new IllegalStateException(
          "backward(): nothing was recorded for this tensor; none of its inputs requires a gradient, or Grad is disabled");
    }
  }

  /** Lends the place of the gradient to a derivative that writes row-major; null where there is none, or it is in use. */
  Tensor takeGradHome() {
    if (gradHome == null || grad != null || gradHomeTaken || !gradHome.isContiguous()) {
      return null;
    }
    gradHomeTaken = true;
    return gradHome;
  }

  /** Adds to the gradient; {@code adopt}: the tensor is a temporary that may become the gradient. */
  void accumulate(Tensor gradient, boolean adopt) {
    Arithmetic.sameDevice("backward", this, gradient);
    boolean had = grad != null;
    Recorder recorder = Recorder.current();
    boolean outlives = recorder != null && !storage.isPlaced();
    if (outlives && gradKnownTo != recorder.id()) {
      // What was there before the step decides whether a kernel adds or writes.
      gradKnownTo = recorder.id();
      recorder.uses(new Object(), () -> (grad != null) == had);
    }
    add(gradient, adopt);
    if (outlives && !had) {
      Tensor made = grad;
      recorder.call(() -> grad = made);
    }
  }

  private void add(Tensor gradient, boolean adopt) {
    if (grad != null) {
      Arithmetic.addInto(grad, gradient);
    } else if (gradHome != null && gradient == gradHome) {
      gradHome.changed();
      grad = gradHome;
    } else if (gradHome != null && !gradHomeTaken) {
      Arithmetic.copyInto(gradHome, gradient);
      grad = gradHome;
    } else if (adopt && !gradient.storage.isPlaced() && Layout.same(shape, gradient.strides, strides)) {
      gradient.storage.moveTo(null);
      grad = gradient;
    } else {
      try (Scope none = Scope.suspend()) {
        Tensor own = freshLike("gradient");
        Arithmetic.copyInto(own, gradient);
        grad = own;
      }
    }
  }

  // ---- In and out of Java -----------------------------------------------------------------------------------------------

  /** The single value of a tensor of one element. */
  public double item() {
    if (count() != 1) {
      throw new IllegalStateException("item() is for one element; this tensor is " + Layout.toString(shape));
    }
    return Transfer.item(this);
  }

  /** All values as floats, in row-major order. */
  public float[] toFloats() {
    return Transfer.floats(this);
  }

  /** All values as doubles, in row-major order. */
  public double[] toDoubles() {
    return Transfer.doubles(this);
  }

  /** All values as longs, in row-major order; fractions are cut off. */
  public long[] toLongs() {
    return Transfer.longs(this);
  }

  /** In another type. */
  public Tensor to(DType type) {
    return Transfer.cast(this, type);
  }

  /** On another device; itself if it lies there. */
  public Tensor to(Device device) {
    return Transfer.to(this, device);
  }

  // ---- Changing in place ------------------------------------------------------------------------------------------------

  /** Sets every element. */
  public Tensor fill(double value) {
    return InPlace.fill(this, value);
  }

  /** Sets every element to 0. */
  public Tensor zero() {
    return fill(0);
  }

  /** Takes the values of another, which broadcasts to this shape. */
  public Tensor copyFrom(Tensor other) {
    return InPlace.replace(this, other.expand(shape), "copyFrom");
  }

  /** Adds in place. */
  public Tensor addInPlace(Tensor other) {
    return InPlace.replace(this, add(other), "addInPlace");
  }

  /** Adds factor · other in place. */
  public Tensor addInPlace(Tensor other, double factor) {
    return InPlace.replace(this, add(other.mul(factor)), "addInPlace");
  }

  /** Subtracts in place. */
  public Tensor subInPlace(Tensor other) {
    return InPlace.replace(this, sub(other), "subInPlace");
  }

  /** Multiplies in place. */
  public Tensor mulInPlace(Tensor other) {
    return InPlace.replace(this, InPlace.kept(this, other).mul(other), "mulInPlace");
  }

  /** Multiplies in place. */
  public Tensor mulInPlace(double factor) {
    return InPlace.replace(this, mul(factor), "mulInPlace");
  }

  /** Divides in place. */
  public Tensor divInPlace(Tensor other) {
    return InPlace.replace(this, InPlace.kept(this, other).div(other), "divInPlace");
  }

  /** Limits in place. */
  public Tensor clampInPlace(double low, double high) {
    return InPlace.replace(this, InPlace.kept(this, this).clamp(low, high), "clampInPlace");
  }

  // ---- Arithmetic -------------------------------------------------------------------------------------------------------

  /** this + other. */
  public Tensor add(Tensor other) {
    return Arithmetic.add(this, other);
  }

  /** this + number. */
  public Tensor add(double number) {
    return Arithmetic.affine(this, 1, number, "add");
  }

  /** this - other. */
  public Tensor sub(Tensor other) {
    return Arithmetic.sub(this, other);
  }

  /** this - number. */
  public Tensor sub(double number) {
    return Arithmetic.affine(this, 1, -number, "sub");
  }

  /** this · other, element by element. */
  public Tensor mul(Tensor other) {
    return Arithmetic.mul(this, other);
  }

  /** this · number. */
  public Tensor mul(double number) {
    return Arithmetic.affine(this, number, 0, "mul");
  }

  /** this / other; integers as f32, as in PyTorch. */
  public Tensor div(Tensor other) {
    return Arithmetic.div(this, other);
  }

  /** this / number. */
  public Tensor div(double number) {
    return Arithmetic.divide(this, number);
  }

  /** this to the power other. */
  public Tensor pow(Tensor other) {
    return Arithmetic.pow(this, other);
  }

  /** this to the power number. */
  public Tensor pow(double number) {
    return number == 2 ? square() : Elementwise.apply(this, UnaryOp.POW, number, 0);
  }

  /** The larger of the two. */
  public Tensor maximum(Tensor other) {
    return Arithmetic.maximum(this, other);
  }

  /** The smaller of the two. */
  public Tensor minimum(Tensor other) {
    return Arithmetic.minimum(this, other);
  }

  /** -this. */
  public Tensor neg() {
    return Arithmetic.affine(this, -1, 0, "neg");
  }

  /** |this|. */
  public Tensor abs() {
    return Elementwise.apply(this, UnaryOp.ABS);
  }

  /** e^this. */
  public Tensor exp() {
    return Elementwise.apply(this, UnaryOp.EXP);
  }

  /** Natural logarithm. */
  public Tensor log() {
    return Elementwise.apply(this, UnaryOp.LOG);
  }

  /** Square root. */
  public Tensor sqrt() {
    return Elementwise.apply(this, UnaryOp.SQRT);
  }

  /** this². */
  public Tensor square() {
    return Elementwise.apply(this, UnaryOp.SQUARE);
  }

  /** 1 / this. */
  public Tensor reciprocal() {
    return Elementwise.apply(this, UnaryOp.RECIPROCAL);
  }

  /** Sine. */
  public Tensor sin() {
    return Elementwise.apply(this, UnaryOp.SIN);
  }

  /** Cosine. */
  public Tensor cos() {
    return Elementwise.apply(this, UnaryOp.COS);
  }

  /** Hyperbolic tangent. */
  public Tensor tanh() {
    return Elementwise.apply(this, UnaryOp.TANH);
  }

  /** 1 / (1 + e^-this). */
  public Tensor sigmoid() {
    return Elementwise.apply(this, UnaryOp.SIGMOID);
  }

  /** max(this, 0). */
  public Tensor relu() {
    return Elementwise.apply(this, UnaryOp.RELU);
  }

  /** Limited to low … high. */
  public Tensor clamp(double low, double high) {
    if (!(low <= high)) {
      throw new IllegalArgumentException("clamp: expected low up to high, got " + low + " and " + high);
    }
    return Elementwise.apply(this, UnaryOp.CLAMP, low, high);
  }

  // ---- Products ---------------------------------------------------------------------------------------------------------

  /**
   * Matrix product over the last two dimensions; those before broadcast. A vector counts as a row on the left, as a column on
   * the right, and that dimension is dropped from the result.
   */
  public Tensor matmul(Tensor other) {
    return Products.matmul(this, other);
  }

  // ---- Reductions -------------------------------------------------------------------------------------------------------

  /** Sum of all elements. */
  public Tensor sum() {
    return Reductions.all(this, ReduceOp.SUM);
  }

  /** Sum over dimensions; over all if none is named. */
  public Tensor sum(boolean keepDim, int... dims) {
    return Reductions.over(this, ReduceOp.SUM, keepDim, dims);
  }

  /** Sum over a dimension, which is dropped. */
  public Tensor sum(int dim) {
    return sum(false, dim);
  }

  /** Mean of all elements. */
  public Tensor mean() {
    return Reductions.all(this, ReduceOp.MEAN);
  }

  /** Mean over dimensions; over all if none is named. */
  public Tensor mean(boolean keepDim, int... dims) {
    return Reductions.over(this, ReduceOp.MEAN, keepDim, dims);
  }

  /** Mean over a dimension, which is dropped. */
  public Tensor mean(int dim) {
    return mean(false, dim);
  }

  /** Unbiased variance of all elements. */
  public Tensor var() {
    return reshape(-1).var(0);
  }

  /** Unbiased variance over a dimension, which is dropped. */
  public Tensor var(int dim) {
    return Reductions.variance(this, 1, false, dim);
  }

  /** Variance over dimensions, over all if none is named; sums divided by length - correction. */
  public Tensor var(double correction, boolean keepDim, int... dims) {
    return Reductions.variance(this, correction, keepDim, dims);
  }

  /** Unbiased standard deviation of all elements. */
  public Tensor std() {
    return var().sqrt();
  }

  /** Unbiased standard deviation over a dimension, which is dropped. */
  public Tensor std(int dim) {
    return var(dim).sqrt();
  }

  /** Product over a dimension, which is dropped; without gradient. */
  public Tensor prod(int dim) {
    return Reductions.over(this, ReduceOp.PROD, false, dim);
  }

  /** Largest of all elements. */
  public Tensor max() {
    return reshape(-1).max(0).values();
  }

  /** Smallest of all elements. */
  public Tensor min() {
    return reshape(-1).min(0).values();
  }

  /** Largest values over a dimension and where they stand. */
  public Extremes max(int dim) {
    return Reductions.extremes(this, true, dim, false);
  }

  /** Smallest values over a dimension and where they stand. */
  public Extremes min(int dim) {
    return Reductions.extremes(this, false, dim, false);
  }

  /** Position of the largest of all elements, counted row-major; i64. */
  public Tensor argmax() {
    return reshape(-1).argmax(0);
  }

  /** Positions of the largest values over a dimension, i64. */
  public Tensor argmax(int dim) {
    return max(dim).indices();
  }

  /** Positions of the smallest values over a dimension, i64. */
  public Tensor argmin(int dim) {
    return min(dim).indices();
  }

  /** log Σ e^x over a dimension, which is dropped. */
  public Tensor logsumexp(int dim) {
    return Reductions.over(this, ReduceOp.LOGSUMEXP, false, dim);
  }

  /** Euclidean norm of all elements. */
  public Tensor norm() {
    return square().sum().sqrt();
  }

  /** Whether all elements are true (not 0). */
  public boolean all() {
    return Reductions.countTrue(this) == count();
  }

  /** Whether any element is true (not 0). */
  public boolean any() {
    return Reductions.countTrue(this) > 0;
  }

  /** Softmax along a dimension. */
  public Tensor softmax(int dim) {
    return Reductions.softmax(this, false, dim);
  }

  /** Logarithm of the softmax along a dimension. */
  public Tensor logSoftmax(int dim) {
    return Reductions.softmax(this, true, dim);
  }

  /** Values and where they stand. */
  public record Extremes(Tensor values, Tensor indices) {}

  // ---- Comparison -------------------------------------------------------------------------------------------------------

  /** this == other, as bool. */
  public Tensor eq(Tensor other) {
    return Comparison.compare(CompareOp.EQ, this, other);
  }

  /** this == number, as bool. */
  public Tensor eq(double number) {
    return Comparison.compare(CompareOp.EQ, this, number);
  }

  /** this != other, as bool. */
  public Tensor ne(Tensor other) {
    return Comparison.compare(CompareOp.NE, this, other);
  }

  /** this != number, as bool. */
  public Tensor ne(double number) {
    return Comparison.compare(CompareOp.NE, this, number);
  }

  /** this &lt; other, as bool. */
  public Tensor lt(Tensor other) {
    return Comparison.compare(CompareOp.LT, this, other);
  }

  /** this &lt; number, as bool. */
  public Tensor lt(double number) {
    return Comparison.compare(CompareOp.LT, this, number);
  }

  /** this ≤ other, as bool. */
  public Tensor le(Tensor other) {
    return Comparison.compare(CompareOp.LE, this, other);
  }

  /** this ≤ number, as bool. */
  public Tensor le(double number) {
    return Comparison.compare(CompareOp.LE, this, number);
  }

  /** this &gt; other, as bool. */
  public Tensor gt(Tensor other) {
    return Comparison.compare(CompareOp.GT, this, other);
  }

  /** this &gt; number, as bool. */
  public Tensor gt(double number) {
    return Comparison.compare(CompareOp.GT, this, number);
  }

  /** this ≥ other, as bool. */
  public Tensor ge(Tensor other) {
    return Comparison.compare(CompareOp.GE, this, other);
  }

  /** this ≥ number, as bool. */
  public Tensor ge(double number) {
    return Comparison.compare(CompareOp.GE, this, number);
  }

  /** a where the condition is true, else b; all three broadcast. Integers stay integers; f64 is refused. */
  public static Tensor where(Tensor condition, Tensor a, Tensor b) {
    return Comparison.where(condition, a, b);
  }

  // ---- Views ------------------------------------------------------------------------------------------------------------

  /** Another shape of the same elements in row-major order, one size may be -1; a view where memory allows, else a copy. */
  public Tensor reshape(int... newShape) {
    return Views.reshape(this, newShape);
  }

  /** As {@link #reshape}, and an error where that would copy. */
  public Tensor view(int... newShape) {
    return Views.view(this, newShape);
  }

  /** All dimensions from one to another joined, (C, H, W) in PyTorch's order. */
  public Tensor flatten(int startDim, int endDim) {
    return Views.flatten(this, startDim, endDim);
  }

  /** All dimensions joined. */
  public Tensor flatten() {
    return flatten(0, -1);
  }

  /** Dimensions in another order. */
  public Tensor permute(int... dims) {
    return Views.permute(this, dims);
  }

  /** Two dimensions swapped. */
  public Tensor transpose(int a, int b) {
    return Views.transpose(this, a, b);
  }

  /** A matrix transposed. */
  public Tensor t() {
    if (rank() > 2) {
      throw new IllegalStateException("t() is for at most 2 dimensions; this tensor is " + Layout.toString(shape));
    }
    return rank() < 2 ? this : transpose(0, 1);
  }

  /** A dimension of size 1 put in. */
  public Tensor unsqueeze(int dim) {
    return Views.unsqueeze(this, dim);
  }

  /** A dimension dropped if its size is 1. */
  public Tensor squeeze(int dim) {
    return Views.squeeze(this, dim);
  }

  /** Repeated without copying to a shape it broadcasts to; -1 keeps a size. */
  public Tensor expand(int... newShape) {
    return Views.expand(this, newShape);
  }

  /** Elements start (included) to end (excluded) of a dimension, every step-th; negative from the back. */
  public Tensor slice(int dim, int start, int end, int step) {
    return Views.slice(this, dim, start, end, step);
  }

  /** Elements start (included) to end (excluded) of a dimension. */
  public Tensor slice(int dim, int start, int end) {
    return slice(dim, start, end, 1);
  }

  /** A dimension dropped at an index. */
  public Tensor select(int dim, int index) {
    return Views.select(this, dim, index);
  }

  /** Along the first dimension, at an index. */
  public Tensor get(int index) {
    return select(0, index);
  }

  /** Rows (of the first dimension) picked by an i64 tensor of one dimension. */
  public Tensor indexSelect(Tensor indices) {
    return Indexing.rows(this, indices);
  }

  /** Joined along a dimension. */
  public static Tensor cat(int dim, Tensor... tensors) {
    return Joining.cat(dim, tensors);
  }

  /** Joined along a new dimension. */
  public static Tensor stack(int dim, Tensor... tensors) {
    return Joining.stack(dim, tensors);
  }

  /** A copy of its own. */
  public Tensor copy() {
    return Views.copy(this);
  }

  /** Dense in row-major order; itself if it is. */
  public Tensor contiguous() {
    return Views.contiguous(this);
  }

  /**
   * Dense as (N, H, W, C); itself if it is.
   *
   * @throws IllegalStateException unless it has 4 dimensions
   */
  public Tensor channelsLast() {
    return Views.channelsLast(this);
  }

  /** Dense in whatever order of dimensions; itself if it is. */
  public Tensor dense() {
    return isDense() ? this : copy();
  }

  /** Values as PyTorch prints them, the middle of long dimensions left out. */
  @Override
  public String toString() {
    return Formatter.format(this);
  }
}
