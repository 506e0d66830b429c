package org.chagres.peers;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** In DL4J; Adam with decoupled weight decay, which is AdamW. Threads are told by {@code OMP_NUM_THREADS}. */
final class Dl4j implements Network {

  private final MultiLayerNetwork network;
  private final INDArray x;
  private final INDArray y;

  Dl4j(int batch) {
    NeuralNetConfiguration.ListBuilder layers =
        new NeuralNetConfiguration.Builder().seed(1)
            .dataType(DataType.FLOAT)
            .updater(new Adam(1e-3))
            .weightDecay(0.01)
            .list();
    int[] widths = {32, 64, 128};
    for (int width : widths) {
      block(layers, width);
      block(layers, width);
      layers
          .layer(new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX).kernelSize(2, 2).stride(2, 2).build());
      // what is kept, not what is dropped
      layers.layer(new DropoutLayer(0.75));
    }
    MultiLayerConfiguration configuration =
        layers.layer(new DenseLayer.Builder().nOut(256).activation(Activation.RELU).build())
            .layer(new DropoutLayer(0.5))
            .layer(new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT).nOut(10)
                .activation(Activation.SOFTMAX)
                .build())
            .setInputType(InputType.convolutional(32, 32, 3))
            .build();
    network = new MultiLayerNetwork(configuration);
    network.init();
    x = Nd4j.randn(DataType.FLOAT, batch, 3, 32, 32);
    y = Nd4j.zeros(DataType.FLOAT, batch, 10);
    for (int i = 0; i < batch; i++) {
      y.putScalar(i, i % 10, 1);
    }
  }

  private static void block(NeuralNetConfiguration.ListBuilder layers, int width) {
    layers.layer(new ConvolutionLayer.Builder(3, 3).padding(1, 1)
        .nOut(width)
        .activation(Activation.IDENTITY)
        .build());
    layers.layer(new BatchNormalization());
    layers.layer(new ActivationLayer(Activation.RELU));
  }

  @Override
  public String engine() {
    return "DL4J 1.0.0-M2.1";
  }

  @Override
  public void step() {
    network.fit(x, y);
  }

  @Override
  public void infer() {
    network.output(x, false).close();
  }

  @Override
  public void close() {
    network.close();
  }
}
