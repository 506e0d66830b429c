package org.chagres.train.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import org.chagres.train.data.DataException;
import org.chagres.train.data.Dataset;
import org.chagres.train.data.Subset;
import org.chagres.train.data.source.Cifar10;
import org.chagres.train.data.source.Embedded;
import org.chagres.train.data.source.FashionMnist;
import org.chagres.train.data.source.ImageFolder;
import org.chagres.train.data.source.Mnist;
import org.chagres.train.data.transform.ImageDataset;
import org.chagres.train.data.transform.ImageShape;
import org.chagres.train.data.transform.Normalize;
import org.chagres.train.data.transform.RandomCrop;
import org.chagres.train.data.transform.RandomErasing;
import org.chagres.train.data.transform.RandomHorizontalFlip;

/** The data sets that the command line knows, made ready for training and for validation. */
final class Data {

  /** Names for {@code --dataset}. */
  enum Name {
    EMBEDDED,
    FASHION_MNIST,
    MNIST,
    CIFAR10,
    FOLDER;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** By the name on the command line. */
    static Name of(String text) {
      for (Name n : values()) {
        if (n.toString().equals(text)) {
          return n;
        }
      }
      throw new UsageException("--dataset: expected one of " + List.of(values()) + ", got " + text);
    }
  }

  private static final int SIDE = 32;

  private final ImageDataset train;
  private final ImageDataset test;
  private final ImageDataset plainTest;

  private Data(ImageDataset train, ImageDataset test, Normalize normalize, String augment) {
    if (!train.classes().equals(test.classes())) {
      throw new DataException(
          "the test images are of other classes than the training images: expected " + train.classes() + ", found "
              + test.classes());
    }
    this.plainTest = test;
    this.train = augmented(train, augment).transform(normalize);
    this.test = test.transform(normalize);
  }

  /** What a run's options name. */
  static Data open(RunOptions o) {
    String augment = o.text("augment");
    Name name = Name.of(o.text("dataset"));
    if (name == Name.EMBEDDED) {
      return new Data(
          Embedded.fashionMnistTrain().padTo(SIDE), Embedded.fashionMnistTest().padTo(SIDE), FashionMnist.normalize(),
          augment);
    }
    if (!o.has("data")) {
      throw new UsageException("--dataset " + name + " needs --data, the folder that holds it");
    }
    Path path = o.path("data");
    return switch (name) {
      case FASHION_MNIST -> new Data(
          FashionMnist.train(path).padTo(SIDE), FashionMnist.test(path).padTo(SIDE), FashionMnist.normalize(), augment);
      case MNIST -> new Data(Mnist.train(path).padTo(SIDE), Mnist.test(path).padTo(SIDE), Mnist.normalize(), augment);
      case CIFAR10 -> new Data(Cifar10.train(path), Cifar10.test(path), Cifar10.normalize(), augment);
      case FOLDER -> new Data(
          ImageFolder.of(path.resolve("train"), SIDE, SIDE), ImageFolder.of(path.resolve("test"), SIDE, SIDE), half(),
          augment);
      case EMBEDDED -> throw new AssertionError(name);
    };
  }

  /** What a network was trained for: the shape of an image, the names of the classes. */
  record Description(ImageShape shape, List<String> classes) {}

  /** As it was noted in the run's options when training began; the data itself need not be there. */
  static Description describe(RunOptions o) {
    return new Description(
        new ImageShape(o.integer("channels"), o.integer("height"), o.integer("width")), o.list("classes"));
  }

  /** Notes shape and classes in a run's options. */
  void describeIn(RunOptions o) {
    o.with("channels", shape().channels());
    o.with("height", shape().height());
    o.with("width", shape().width());
    o.withList("classes", classes());
  }

  /** The normalisation of a run, for images from elsewhere. */
  static Normalize normalize(RunOptions o) {
    return switch (Name.of(o.text("dataset"))) {
      case EMBEDDED, FASHION_MNIST -> FashionMnist.normalize();
      case MNIST -> Mnist.normalize();
      case CIFAR10 -> Cifar10.normalize();
      case FOLDER -> half();
    };
  }

  private static Normalize half() {
    return new Normalize(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.5f, 0.5f, 0.5f});
  }

  /** What {@code --augment} does unless given: crop and flip for photographs, nothing for centred grey images. */
  static String usualAugment(Name name) {
    return name == Name.CIFAR10 || name == Name.FOLDER ? "crop,flip" : "none";
  }

  private static ImageDataset augmented(ImageDataset images, String augment) {
    ImageDataset out = images;
    for (String one : augment.split(",", -1)) {
      out = switch (one.strip()) {
        case "none" -> out;
        case "crop" -> out.transform(new RandomCrop(images.shape().height()).padding(images.shape().height() / 8));
        case "flip" -> out.transform(new RandomHorizontalFlip(0.5));
        case "erase" -> out.transform(new RandomErasing(0.5));
        default -> throw new UsageException("--augment: expected crop, flip, erase or none, got " + one);
      };
    }
    return out;
  }

  Dataset train(int limit) {
    return limited(train, limit);
  }

  Dataset test(int limit) {
    return limited(test, limit);
  }

  ImageShape shape() {
    return plainTest.shape();
  }

  List<String> classes() {
    return plainTest.classes();
  }

  private static Dataset limited(ImageDataset all, int limit) {
    if (limit <= 0 || limit >= all.size()) {
      return all;
    }
    return new Subset(all, LongStream.range(0, limit).toArray());
  }
}
