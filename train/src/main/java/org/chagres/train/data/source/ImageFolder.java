package org.chagres.train.data.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.chagres.train.data.DataException;
import org.chagres.train.data.transform.Image;
import org.chagres.train.data.transform.ImageDataset;
import org.chagres.train.data.transform.ImageShape;
import org.chagres.train.data.transform.ImageSource;

/**
 * A folder with a folder of images for each class, as torchvision's {@code ImageFolder}: classes are numbered in the
 * order of their folders' names, images are the JPEG, PNG and BMP files below, in the order of their paths. They are
 * decoded to RGB by the loader's workers and stretched to one size ({@link Image#resize}).
 */
public final class ImageFolder implements ImageSource {
  private static final List<String> ENDINGS = List.of(".jpg", ".jpeg", ".png", ".bmp");

  private final ImageShape shape;
  private final List<String> classes;
  private final Path[] files;
  private final int[] labels;

  private ImageFolder(Path folder, int height, int width) {
    shape = new ImageShape(3, height, width);
    if (!Files.isDirectory(folder)) {
      throw new DataException(folder + ": expected a folder, found " + (Files.exists(folder) ? "a file" : "nothing"));
    }
    List<Path> folders = list(folder, false);
    if (folders.isEmpty()) {
      throw new DataException(folder + ": expected a folder for each class, found none");
    }
    var names = new ArrayList<String>();
    var images = new ArrayList<Path>();
    var numbers = new ArrayList<Integer>();
    for (Path of : folders) {
      List<Path> found = list(of, true);
      if (found.isEmpty()) {
        throw new DataException(of + ": expected images (" + String.join(", ", ENDINGS) + "), found none");
      }
      for (Path file : found) {
        images.add(file);
        numbers.add(names.size());
      }
      names.add(of.getFileName().toString());
    }
    classes = List.copyOf(names);
    files = images.toArray(Path[]::new);
    labels = numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * The images below a folder.
   *
   * @param folder with a folder for each class
   * @param height of every image after stretching
   * @param width of every image after stretching
   * @throws DataException if there is no class, or a class without images
   */
  public static ImageDataset of(Path folder, int height, int width) {
    return new ImageDataset(new ImageFolder(folder, height, width));
  }

  private static List<Path> list(Path folder, boolean images) {
    try (Stream<Path> all = images ? Files.walk(folder) : Files.list(folder)) {
      return all.filter(images ? ImageFolder::isImage : Files::isDirectory).sorted().toList();
    } catch (UncheckedIOException e) {
      throw new DataException(folder + ": cannot be listed: " + Reason.of(e.getCause()), e);
    } catch (IOException e) {
      throw new DataException(folder + ": cannot be listed: " + Reason.of(e), e);
    }
  }

  private static boolean isImage(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(name::endsWith) && Files.isRegularFile(file);
  }

  @Override
  public long size() {
    return files.length;
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public long label(long index) {
    return labels[(int) index];
  }

  @Override
  public void load(long index, Image image) {
    RgbBytes rgb = RgbBytes.decode(files[(int) index]);
    image.loadBytes(MemorySegment.ofArray(rgb.bytes()), 0, new ImageShape(3, rgb.height(), rgb.width()), false);
    image.resize(shape.height(), shape.width());
  }
}
