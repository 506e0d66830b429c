package org.chagres.train.loop;

import org.chagres.nn.losses.Loss;
import org.chagres.nn.modules.Module;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.train.data.Batch;
import org.chagres.train.data.DataLoader;
import org.chagres.train.metrics.Accuracy;
import org.chagres.train.metrics.ConfusionMatrix;
import org.chagres.train.metrics.MeanLoss;
import org.chagres.train.metrics.TopK;

/**
 * How a network does on a data set.
 *
 * @param loss mean over the samples
 * @param accuracy share of samples whose best score is the right class
 * @param topFive share of samples with the right class among the best five (or all, if fewer)
 * @param confusion counts by class
 */
public record Evaluation(double loss, double accuracy, double topFive, ConfusionMatrix confusion) {

  /**
   * Runs a network over a loader in evaluation mode, without recording.
   *
   * @param classes scores that the network gives
   */
  public static Evaluation of(Module model, Loss criterion, DataLoader loader, int classes) {
    MeanLoss loss = new MeanLoss();
    Accuracy accuracy = new Accuracy();
    TopK top = new TopK(Math.min(5, classes));
    ConfusionMatrix confusion = new ConfusionMatrix(classes);
    boolean training = model.isTraining();
    model.eval();
    try (Grad off = Grad.disabled()) {
      for (Batch batch : loader) {
        try (Scope scope = Scope.open()) {
          Tensor scores = model.forward(batch.inputs());
          Tensor target = batch.targets();
          loss.update(criterion.forward(scores, target).item(), batch.size());
          Tensor onHost = scores.to(Device.cpu()).contiguous();
          Tensor labels = target.to(Device.cpu());
          accuracy.update(onHost.data(), labels.data(), batch.size(), classes);
          top.update(onHost.data(), labels.data(), batch.size(), classes);
          confusion.update(onHost.data(), labels.data(), batch.size(), classes);
        }
      }
    } finally {
      model.train(training);
    }
    return new Evaluation(loss.value(), accuracy.value(), top.value(), confusion);
  }
}
