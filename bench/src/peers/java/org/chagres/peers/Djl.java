package org.chagres.peers;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;

/** In DJL with its PyTorch engine. */
final class Djl implements Network {

  private final Model model;
  private final Trainer trainer;
  private final ParameterStore parameters;
  private final NDArray x;
  private final NDArray y;
  private final NDList input;

  Djl(int threads, int batch) {
    // read when the engine is loaded
    System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    model = Model.newInstance("cnn", Device.cpu());
    model.setBlock(cnn());
    trainer = model.newTrainer(new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
        .optDevices(new Device[] {Device.cpu()})
        .optOptimizer(Optimizer.adamW().optLearningRateTracker(Tracker.fixed(1e-3f)).build()));
    trainer.initialize(new Shape(batch, 3, 32, 32));
    NDManager manager = trainer.getManager();
    x = manager.randomNormal(new Shape(batch, 3, 32, 32));
    y = manager.randomInteger(0, 10, new Shape(batch), DataType.INT64);
    input = new NDList(x);
    parameters = new ParameterStore(manager, false);
  }

  private static SequentialBlock cnn() {
    SequentialBlock net = new SequentialBlock();
    int[] widths = {32, 64, 128};
    for (int width : widths) {
      block(net, width);
      block(net, width);
      net.add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)));
      net.add(Dropout.builder().optRate(0.25f).build());
    }
    return net.add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(256).build())
        .add(Activation::relu)
        .add(Dropout.builder().optRate(0.5f).build())
        .add(Linear.builder().setUnits(10).build());
  }

  private static void block(SequentialBlock net, int width) {
    net.add(Conv2d.builder().setKernelShape(new Shape(3, 3)).optPadding(new Shape(1, 1)).setFilters(width).build());
    net.add(BatchNorm.builder().build());
    net.add(Activation::relu);
  }

  @Override
  public String engine() {
    return "DJL " + Engine.getDjlVersion() + " LibTorch " + Engine.getInstance().getVersion();
  }

  @Override
  public void step() {
    try (NDManager step = trainer.getManager().newSubManager()) {
      x.tempAttach(step);
      y.tempAttach(step);
      try (GradientCollector tape = trainer.newGradientCollector()) {
        NDList out = trainer.forward(input);
        tape.backward(trainer.getLoss().evaluate(new NDList(y), out));
      }
      trainer.step();
    }
  }

  /** A predictor would do the same more slowly: it copies on the way. */
  @Override
  public void infer() {
    try (NDManager call = trainer.getManager().newSubManager()) {
      x.tempAttach(call);
      model.getBlock().forward(parameters, input, false).close();
    }
  }

  @Override
  public void close() {
    trainer.close();
    model.close();
  }
}
