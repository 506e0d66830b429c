package org.chagres.train.data;

import java.lang.ref.Cleaner;
import java.util.Optional;
import org.chagres.nn.tensor.Device;

/**
 * Batches of a data set, decoded ahead by worker threads straight into the memory that the loop sees.
 *
 * <pre>{@code
 * try (var loader = DataLoader.of(dataset).batchSize(128).shuffle(true).workers(2).build()) {
 *   for (int epoch = 0; epoch < epochs; epoch++) {
 *     for (Batch batch : loader) { ... }
 *   }
 * }
 * }</pre>
 *
 * <p>With {@link Builder#device} a GPU, batches lie there.
 *
 * <p>Each iteration is the next epoch. Order and augmentation are functions of the seed and the epoch alone: the
 * number of workers changes nothing, and {@link #restore} goes on in mid-epoch without decoding what was skipped. A
 * loader has one iterator at a time; starting another ends the one before, also one left by {@code break}. Workers are
 * daemons, start with the first batch, and end at {@link #close}, when the loader is no longer reachable, or after
 * five idle seconds. For one thread.
 */
public final class DataLoader implements Iterable<Batch>, AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  private final LoaderOptions options;
  private final Ring ring;
  private final Cleaner.Cleanable cleanable;
  private long nextEpoch;
  private long startBatch;
  private BatchIterator current;

  private DataLoader(LoaderOptions options) {
    this.options = options;
    ring = new Ring(options, options.uploads());
    Ring held = ring;
    cleanable = CLEANER.register(this, () -> held.close(false));
  }

  /** Begins to describe a loader. */
  public static Builder of(Dataset dataset) {
    return new Builder(dataset);
  }

  /** The data set. */
  public Dataset dataset() {
    return options.dataset();
  }

  /** Samples of a full batch. */
  public int batchSize() {
    return options.batchSize();
  }

  /** Batches of an epoch. */
  public int batches() {
    return (int) options.batches();
  }

  /** Whether the memory of batches is locked, which {@link Builder#pinMemory} asks for and the system may refuse. */
  public boolean pinned() {
    return ring.pinned();
  }

  int liveWorkers() {
    return ring.threads();
  }

  /** Begins the next epoch. */
  @Override
  public BatchIterator iterator() {
    var pass = new Pass(nextEpoch, options.sampler().indices(nextEpoch), startBatch);
    ring.begin(pass);
    nextEpoch++;
    startBatch = 0;
    current = new BatchIterator(this, ring, pass);
    return current;
  }

  /**
   * Sets the number of the epoch that the next iterator begins.
   *
   * @param epoch from 0
   */
  public DataLoader setEpoch(long epoch) {
    if (epoch < 0) {
      throw new IllegalArgumentException("DataLoader epoch: expected 0 or more, got " + epoch);
    }
    nextEpoch = epoch;
    startBatch = 0;
    current = null;
    return this;
  }

  /**
   * Lets the next iterator begin in mid-epoch; what comes before is not decoded. Holds for that iterator alone.
   *
   * @param batch from 0 to {@code batches() - 1}
   */
  public DataLoader startAt(long batch) {
    if (batch < 0 || batch >= options.batches()) {
      throw new IllegalArgumentException(
          "DataLoader startAt: expected 0 to " + (options.batches() - 1) + ", got " + batch);
    }
    startBatch = batch;
    current = null;
    return this;
  }

  /** Where the loader is; taken in the loop, it counts the batch the loop has as done. */
  public LoaderState state() {
    if (current == null) {
      return new LoaderState(options.seed(), nextEpoch, startBatch);
    }
    return current.position() == options.batches()
        ? new LoaderState(options.seed(), current.epoch() + 1, 0)
        : new LoaderState(options.seed(), current.epoch(), current.position());
  }

  /**
   * Lets the next iterator go on where the state was taken.
   *
   * @throws IllegalArgumentException if the state was taken with another seed, or in an epoch of more batches
   */
  public DataLoader restore(LoaderState state) {
    if (state.seed() != options.seed()) {
      throw new IllegalArgumentException(
          "DataLoader seed: the state was taken with " + state.seed() + ", the loader has " + options.seed());
    }
    return setEpoch(state.epoch()).startAt(state.batch());
  }

  /** Ends the current iterator and the workers. */
  @Override
  public void close() {
    ring.close(true);
    cleanable.clean();
  }

  /** The options of a loader, with PyTorch's names and defaults, except that the default seed is 0 and not random. */
  public static final class Builder {
    private static final int DEFAULT_PREFETCH = 2;

    private final Dataset dataset;
    private int batchSize = 1;
    private boolean shuffle;
    private Optional<Sampler> sampler = Optional.empty();
    private long seed;
    private int workers;
    private int prefetch = -1;
    private boolean pinMemory;
    private boolean dropLast;
    private Device device = Device.cpu();
    private boolean resident;

    private Builder(Dataset dataset) {
      this.dataset = dataset;
    }

    /** Samples of a batch; 1 unless set. */
    public Builder batchSize(int batchSize) {
      this.batchSize = atLeast("batchSize", 1, batchSize);
      return this;
    }

    /** Whether each epoch has a new random order. */
    public Builder shuffle(boolean shuffle) {
      this.shuffle = shuffle;
      return this;
    }

    /** The order, instead of {@link #shuffle}. */
    public Builder sampler(Sampler sampler) {
      this.sampler = Optional.of(sampler);
      return this;
    }

    /** Seed of the order and of augmentation. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** Threads that decode; 0, as unless set, decodes in the loop's thread when a batch is asked for. */
    public Builder workers(int workers) {
      this.workers = atLeast("workers", 0, workers);
      return this;
    }

    /** Batches decoded ahead by the workers together; 2 unless set. */
    public Builder prefetch(int prefetch) {
      this.prefetch = atLeast("prefetch", 1, prefetch);
      return this;
    }

    /**
     * Whether to lock the batches' pages in memory, if the system permits; see {@link DataLoader#pinned}. With {@link #device} a GPU
     * they always are.
     */
    public Builder pinMemory(boolean pinMemory) {
      this.pinMemory = pinMemory;
      return this;
    }

    /**
     * Where batches are to lie; the CPU unless set. Slots are copied to a GPU beside what it computes: a batch goes up while the step
     * before runs, if workers have decoded it by then, and the loop never waits for a copy. What PyTorch writes as {@code
     * pin_memory=True} and {@code batch.to(device, non_blocking=True)}.
     */
    public Builder device(Device device) {
      this.device = device;
      return this;
    }

    /**
     * Whether the images lie on the {@link #device} as bytes from the start, all of them: CIFAR-10 takes 154 MB. Workers then draw
     * only where a sample is cut and whether it is mirrored, with the same numbers as ever, and the GPU cuts and normalises; batches
     * have the same bits. For a {@link WindowDataset} or a {@link Subset} of one.
     */
    public Builder resident(boolean resident) {
      this.resident = resident;
      return this;
    }

    /** Whether to leave out the last batch of an epoch if it is not full. */
    public Builder dropLast(boolean dropLast) {
      this.dropLast = dropLast;
      return this;
    }

    /**
     * The loader; nothing is decoded before its first iterator.
     *
     * @throws IllegalArgumentException if an option does not fit another or the data set, which the message names
     */
    public DataLoader build() {
      if (dataset.size() <= 0) {
        throw new IllegalArgumentException("DataLoader dataset: it is empty");
      }
      if (sampler.isPresent() && shuffle) {
        throw new IllegalArgumentException("DataLoader shuffle: expected false with a sampler, got true");
      }
      if (workers == 0 && prefetch > 0) {
        throw new IllegalArgumentException(
            "DataLoader prefetch: expected workers(1) or more to decode ahead, got prefetch(" + prefetch
                + ") with workers(0)");
      }
      long size = dataset.size();
      Sampler order =
          sampler.orElseGet(() -> shuffle ? new RandomSampler(size, seed) : new SequentialSampler(size));
      if (order.size() <= 0) {
        throw new IllegalArgumentException("DataLoader sampler: it draws no sample");
      }
      if (resident && !device.backend().queues()) {
        throw new IllegalArgumentException("DataLoader resident: expected a GPU as device, got " + device);
      }
      if (dropLast && order.size() < batchSize) {
        throw new IllegalArgumentException(
            "DataLoader batchSize: " + batchSize + " with dropLast leaves no batch of " + order.size() + " samples");
      }
      int slots = workers == 0 ? 1 : (prefetch < 0 ? DEFAULT_PREFETCH : prefetch) + 1;
      var options =
          new LoaderOptions(dataset, order, seed, batchSize, workers, slots, pinMemory, dropLast, device, resident);
      if (options.batches() > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "DataLoader batchSize: " + batchSize + " makes " + options.batches() + " batches; at most 2^31 - 1");
      }
      return new DataLoader(options);
    }

    private static int atLeast(String option, int least, int value) {
      if (value < least) {
        throw new IllegalArgumentException("DataLoader " + option + ": expected at least " + least + ", got " + value);
      }
      return value;
    }
  }
}
