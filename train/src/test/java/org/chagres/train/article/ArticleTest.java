package org.chagres.train.article;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.chagres.nn.losses.BCEWithLogitsLoss;
import org.chagres.nn.losses.CrossEntropyLoss;
import org.chagres.nn.losses.MSELoss;
import org.chagres.nn.modules.AdaptiveAvgPool2d;
import org.chagres.nn.modules.AvgPool2d;
import org.chagres.nn.modules.BatchNorm2d;
import org.chagres.nn.modules.Conv2d;
import org.chagres.nn.modules.Dropout;
import org.chagres.nn.modules.GELU;
import org.chagres.nn.modules.LeakyReLU;
import org.chagres.nn.modules.Linear;
import org.chagres.nn.modules.MaxPool2d;
import org.chagres.nn.modules.Module;
import org.chagres.nn.modules.ReLU;
import org.chagres.nn.modules.Sequential;
import org.chagres.nn.modules.Sigmoid;
import org.chagres.nn.modules.Summary;
import org.chagres.nn.modules.Tanh;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.train.model.Cnn;
import org.chagres.train.optim.Adam;
import org.chagres.train.optim.AdamW;
import org.chagres.train.optim.Optimizer;
import org.chagres.train.optim.SGD;
import org.chagres.train.schedule.CosineAnnealingLR;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every code block of "Deep Learning with PyTorch" that builds or trains a network, in the article's order, as its reader would
 * write it here. Section 6, data, is in {@link DataSectionTest}.
 */
final class ArticleTest {

  @BeforeEach
  void seed() {
    Generator.manualSeed(42);
  }

  private static void assertShape(Tensor t, int... shape) {
    assertArrayEquals(shape, t.shape(), t::toString);
  }

  // ---- 1. The torch.nn Module -------------------------------------------------------------------------------------------

  /** class SimpleModel(nn.Module): layer1 = nn.Linear(10, 20), layer2 = nn.Linear(20, 1). */
  private static final class SimpleModel extends Module {
    private final Linear layer1 = register("layer1", new Linear(10, 20));
    private final Linear layer2 = register("layer2", new Linear(20, 1));

    @Override
    public Tensor forward(Tensor input) {
      Tensor x = layer1.forward(input);
      x = x.relu();
      x = layer2.forward(x);
      return x;
    }
  }

  // y = model(x); print(y.shape)  # torch.Size([5, 1])
  @Test
  void aMinimalModule() {
    SimpleModel model = new SimpleModel();
    Tensor x = Tensor.randn(5, 10);
    Tensor y = model.forward(x);
    assertShape(y, 5, 1);
  }

  // "All parameters are tracked automatically - no manual bookkeeping"
  @Test
  void parametersOfAMinimalModule() {
    SimpleModel model = new SimpleModel();
    assertEquals(
        List.of("layer1.weight", "layer1.bias", "layer2.weight", "layer2.bias"),
        List.copyOf(model.namedParameters().keySet()));
    assertEquals(10 * 20 + 20 + 20 + 1, model.parameters().stream().mapToLong(Tensor::count).sum());
    assertTrue(model.parameters().stream().allMatch(Tensor::requiresGrad));
  }

  // ---- 2. Essential building blocks -------------------------------------------------------------------------------------

  // linear = nn.Linear(128, 64); y.shape  # [32, 64]; y = xW^T + b
  @Test
  void fullyConnectedLayers() {
    Linear linear = new Linear(128, 64);
    Tensor x = Tensor.randn(32, 128);
    Tensor y = linear.forward(x);
    assertShape(y, 32, 64);
    Tensor formula = x.matmul(linear.weight().t()).add(linear.bias().orElseThrow());
    assertTrue(y.sub(formula).abs().max().item() < 1e-5);
  }

  // conv = nn.Conv2d(3, 16, kernel_size=3, padding=1); y.shape  # [8, 16, 32, 32]: "the padding here preserves spatial size"
  @Test
  void convolutionalLayers() {
    Conv2d conv = new Conv2d(3, 16, 3).padding(1);
    Tensor x = Tensor.randn(8, 3, 32, 32);
    Tensor y = conv.forward(x);
    assertShape(y, 8, 16, 32, 32);
    assertShape(new Conv2d(3, 16, 3).forward(x), 8, 16, 30, 30);
  }

  // maxpool = nn.MaxPool2d(2, 2); avgpool = nn.AvgPool2d(2, 2); adaptive = nn.AdaptiveAvgPool2d((1, 1))
  @Test
  void poolingLayers() {
    Tensor x = Tensor.arange(16).to(org.chagres.simd.shape.DType.F32).reshape(1, 1, 4, 4);
    Tensor max = new MaxPool2d(2, 2).forward(x);
    Tensor mean = new AvgPool2d(2, 2).forward(x);
    Tensor whole = new AdaptiveAvgPool2d(1, 1).forward(x);
    assertShape(max, 1, 1, 2, 2);
    assertArrayEquals(new float[] {5, 7, 13, 15}, max.toFloats());
    assertArrayEquals(new float[] {2.5f, 4.5f, 10.5f, 12.5f}, mean.toFloats());
    assertShape(whole, 1, 1, 1, 1);
    assertEquals(7.5, whole.item());
  }

  // bn = nn.BatchNorm2d(16): "BatchNorm behaves differently during training and evaluation": model.train(), model.eval()
  @Test
  void batchNormalization() {
    BatchNorm2d bn = new BatchNorm2d(16);
    Tensor x = Tensor.randn(4, 16, 5, 5).mul(3).add(2);
    bn.train();
    Tensor trained = bn.forward(x);
    assertTrue(trained.mean(false, 0, 2, 3).abs().max().item() < 1e-5, "each channel is centred");
    assertTrue(trained.var(0, false, 0, 2, 3).sub(1).abs().max().item() < 1e-3, "and scaled");
    assertTrue(bn.runningMean().sub(x.mean(false, 0, 2, 3).mul(0.1)).abs().max().item() < 1e-5);
    float[] running = bn.runningMean().toFloats();
    bn.eval();
    Tensor evaluated = bn.forward(x);
    assertArrayEquals(running, bn.runningMean().toFloats(), "evaluation leaves the statistics alone");
    assertTrue(evaluated.sub(trained).abs().max().item() > 0.5, "and normalises by them, not by the batch");
    Tensor mean = bn.runningMean().reshape(1, 16, 1, 1);
    Tensor std = bn.runningVar().add(1e-5).sqrt().reshape(1, 16, 1, 1);
    assertTrue(evaluated.sub(x.sub(mean).div(std)).abs().max().item() < 1e-4);
  }

  // dropout = nn.Dropout(p=0.5): "automatically disabled during evaluation"
  @Test
  void dropout() {
    Dropout dropout = new Dropout(0.5);
    Tensor x = Tensor.ones(1000);
    dropout.train();
    float[] kept = dropout.forward(x).toFloats();
    int zeros = 0;
    for (float v : kept) {
      assertTrue(v == 0 || v == 2, "dropped, or scaled by 1 / (1 - p)");
      zeros += v == 0 ? 1 : 0;
    }
    assertTrue(zeros > 400 && zeros < 600, "half are dropped, got " + zeros);
    dropout.eval();
    assertArrayEquals(x.toFloats(), dropout.forward(x).toFloats());
  }

  // ---- 3. Activation functions ------------------------------------------------------------------------------------------

  // nn.ReLU(), nn.LeakyReLU(0.01), nn.GELU(), nn.Sigmoid(), nn.Tanh()
  @Test
  void activationFunctions() {
    float[] x = {-2, -0.5f, 0, 0.5f, 2};
    assertActivation(new ReLU(), x, 0, 0, 0, 0.5, 2);
    assertActivation(new LeakyReLU(0.01), x, -0.02, -0.005, 0, 0.5, 2);
    assertActivation(new GELU(), x, -0.04550026, -0.15426877, 0, 0.34573123, 1.95449974);
    assertActivation(new Sigmoid(), x, 0.11920292, 0.37754067, 0.5, 0.62245933, 0.88079708);
    assertActivation(new Tanh(), x, -0.96402758, -0.46211716, 0, 0.46211716, 0.96402758);
  }

  private static void assertActivation(Module f, float[] x, double... expected) {
    double[] y = f.forward(Tensor.of(x)).toDoubles();
    assertArrayEquals(expected, y, 2e-7, f.toString());
  }

  // ---- 4. Loss functions ------------------------------------------------------------------------------------------------

  // criterion = nn.CrossEntropyLoss(): "use raw logits (no softmax)"
  @Test
  void crossEntropyTakesRawLogits() {
    CrossEntropyLoss criterion = new CrossEntropyLoss();
    Tensor logits = Tensor.of(new float[][] {{2, 1, 0}, {0, 3, 0}});
    Tensor targets = Tensor.of(new long[] {0, 1});
    double byHand = (-Math.log(Math.exp(2) / (Math.exp(2) + Math.exp(1) + 1))
        - Math.log(Math.exp(3) / (Math.exp(3) + 2))) / 2;
    assertEquals(byHand, criterion.forward(logits, targets).item(), 1e-6);
  }

  // "Use BCEWithLogitsLoss for binary classification; use MSELoss for regression"
  @Test
  void otherLosses() {
    Tensor x = Tensor.of(new float[] {0, 2});
    Tensor t = Tensor.of(new float[] {1, 0});
    double bce = (Math.log(2) + Math.log1p(Math.exp(2))) / 2;
    assertEquals(bce, new BCEWithLogitsLoss().forward(x, t).item(), 1e-6);
    assertEquals((1.0 + 4.0) / 2, new MSELoss().forward(x, t).item(), 1e-6);
  }

  // ---- 5. Model construction patterns -----------------------------------------------------------------------------------

  // model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
  @Test
  void sequential() {
    Sequential model = new Sequential(new Linear(784, 256), new ReLU(), new Linear(256, 10));
    assertShape(model.forward(Tensor.randn(3, 784)), 3, 10);
    assertEquals(
        List.of("0.weight", "0.bias", "2.weight", "2.bias"), List.copyOf(model.namedParameters().keySet()));
  }

  /** class MLP(nn.Module), the recommended pattern. */
  private static final class Mlp extends Module {
    private final Sequential net = register("net", new Sequential(
        new Linear(784, 256),
        new ReLU(),
        new Dropout(0.2),
        new Linear(256, 10)));

    @Override
    public Tensor forward(Tensor x) {
      return net.forward(x);
    }
  }

  // "Custom modules (recommended)"; modes reach every module below
  @Test
  void customModules() {
    Mlp model = new Mlp();
    Tensor x = Tensor.randn(4, 784);
    assertShape(model.forward(x), 4, 10);
    assertSame(model, model.eval());
    assertTrue(model.namedModules().values().stream().noneMatch(Module::isTraining));
    assertArrayEquals(model.forward(x).toFloats(), model.forward(x).toFloats(), "no dropout in evaluation");
    model.train();
    assertNotEquals(
        List.of(model.forward(x).sum().item()), List.of(model.forward(x).sum().item()), "dropout in training");
  }

  /** class ConvBlock(nn.Module), the best practice. */
  private static final class ConvBlock extends Module {
    private final Sequential block;

    ConvBlock(int in, int out) {
      block = register("block", new Sequential(
          new Conv2d(in, out, 3).padding(1),
          new BatchNorm2d(out),
          new ReLU()));
    }

    @Override
    public Tensor forward(Tensor x) {
      return block.forward(x);
    }
  }

  // "Reusable blocks lead to clean, extensible architectures"
  @Test
  void modularComposition() {
    Sequential net = new Sequential(new ConvBlock(3, 8), new ConvBlock(8, 16), new MaxPool2d(2));
    Tensor y = net.forward(Tensor.randn(2, 3, 8, 8));
    assertShape(y, 2, 16, 4, 4);
    assertTrue(y.min().item() >= 0);
    assertTrue(net.stateDict().containsKey("1.block.1.running_var"));
  }

  // ---- 7. Optimization with torch.optim ---------------------------------------------------------------------------------

  // optim.SGD(...), optim.Adam(...), optim.AdamW(...)
  @Test
  void optimizers() {
    lowers(parameters -> new SGD(parameters, 0.1).momentum(0.9), 20);
    lowers(parameters -> new Adam(parameters, 0.1), 20);
    lowers(parameters -> new AdamW(parameters, 0.1).weightDecay(0.01), 20);
  }

  private interface Maker {
    Optimizer of(List<Tensor> parameters);
  }

  private static void lowers(Maker maker, int steps) {
    Linear model = new Linear(4, 1);
    Tensor x = Tensor.randn(32, 4);
    Tensor target = x.matmul(Tensor.of(new float[] {1, -2, 3, 0.5f}, 4, 1)).detach();
    Optimizer optimizer = maker.of(model.parameters());
    double first = 0;
    double last = 0;
    for (int i = 0; i < steps; i++) {
      try (Scope step = Scope.open()) {
        optimizer.zeroGrad();
        Tensor loss = new MSELoss().forward(model.forward(x), target);
        loss.backward();
        optimizer.step();
        last = loss.item();
        first = i == 0 ? last : first;
      }
    }
    assertTrue(last < 0.7 * first, optimizer.kind() + ": from " + first + " to " + last);
  }

  // scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=100)
  @Test
  void learningRateScheduling() {
    Linear model = new Linear(2, 1);
    AdamW optimizer = new AdamW(model.parameters(), 0.1);
    CosineAnnealingLR scheduler = new CosineAnnealingLR(optimizer, 100);
    model.forward(Tensor.ones(1, 2)).sum().backward();
    for (int epoch = 1; epoch <= 100; epoch++) {
      optimizer.step();
      scheduler.step();
      assertEquals(0.05 * (1 + Math.cos(Math.PI * epoch / 100)), optimizer.lr(0), 1e-12, "epoch " + epoch);
    }
    assertEquals(0, optimizer.lr(0), 1e-15);
  }

  // ---- 8. Training and validation loops ---------------------------------------------------------------------------------

  // model.train(); optimizer.zero_grad(); loss.backward(); optimizer.step()
  @Test
  void trainingLoop() {
    Mlp model = new Mlp();
    AdamW optimizer = new AdamW(model.parameters(), 1e-3);
    CrossEntropyLoss criterion = new CrossEntropyLoss();
    Tensor x = Tensor.randn(16, 784);
    Tensor y = Tensor.randint(0, 10, 16);
    double first = 0;
    double last = 0;
    for (int i = 0; i < 10; i++) {
      try (Scope step = Scope.open()) {
        model.train();
        optimizer.zeroGrad();
        Tensor loss = criterion.forward(model.forward(x), y);
        loss.backward();
        optimizer.step();
        last = loss.item();
        first = i == 0 ? last : first;
      }
    }
    assertTrue(last < first / 2, "loss went from " + first + " to " + last);
  }

  // model.eval(); with torch.no_grad(): ...  "These two modes must never be mixed"
  @Test
  void validationLoop() {
    Mlp model = new Mlp();
    model.eval();
    try (Grad noGrad = Grad.disabled(); Scope batch = Scope.open()) {
      Tensor y = model.forward(Tensor.randn(4, 784));
      assertFalse(y.requiresGrad());
      assertTrue(y.isLeaf());
    }
    assertTrue(Grad.isEnabled());
    assertTrue(model.forward(Tensor.randn(4, 784)).requiresGrad());
    assertTrue(model.parameters().stream().noneMatch(Tensor::hasGrad));
  }

  // ---- 9. Case study: CNN on CIFAR-10 -----------------------------------------------------------------------------------

  // "The architecture combines convolution blocks, batch normalization, dropout, a clean classification head"
  @Test
  void caseStudyNetwork() {
    Cnn model = new Cnn();
    Summary summary = model.summary(1, 3, 32, 32);
    assertEquals(815_018, summary.parameters());
    assertEquals(815_018, summary.trainable());
    assertEquals(78.3e6, summary.flops(), 0.05e6);
    assertTrue(summary.toString().contains("815,018"), summary::toString);
    assertTrue(summary.toString().contains("78.3 MFLOP"), summary::toString);
    assertTrue(model.isTraining(), "a summary leaves the mode as it was");
  }

  // a step lowers the loss of its batch
  @Test
  void caseStudyStep() {
    Cnn model = new Cnn();
    AdamW optimizer = new AdamW(model.parameters(), 1e-4);
    CrossEntropyLoss criterion = new CrossEntropyLoss();
    Tensor images = Tensor.randn(8, 3, 32, 32);
    Tensor labels = Tensor.of(new long[] {0, 1, 2, 3, 4, 5, 6, 7});
    model.train();
    try (Scope step = Scope.open()) {
      Generator.manualSeed(7); // so that both passes drop the same elements
      optimizer.zeroGrad();
      Tensor scores = model.forward(images);
      assertShape(scores, 8, 10);
      Tensor loss = criterion.forward(scores, labels);
      loss.backward();
      assertTrue(model.parameters().stream().allMatch(Tensor::hasGrad));
      optimizer.step();
      Generator.manualSeed(7);
      Tensor after = criterion.forward(model.forward(images), labels);
      assertTrue(after.item() < loss.item(), "loss went from " + loss + " to " + after);
    }
  }
}
