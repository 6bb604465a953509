namespace Otedama.Asic;

/// <summary>What steps take their bytes from and keep them in.</summary>
public sealed class FlashMaterial(
    FlashPlan plan, ReadOnlyMemory<byte> image, IFlashShelf shelf, Action<FlashProgress>? progress = null)
{
    public FlashPlan Plan { get; } = plan;

    /// <summary>All bytes of the image file.</summary>
    public ReadOnlyMemory<byte> Image { get; } = image;

    /// <summary>Where backups are.</summary>
    public IFlashShelf Shelf { get; } = shelf;

    /// <summary>The bytes a step writes. Throws FlashException when the image is shorter than the plan says.</summary>
    public ReadOnlyMemory<byte> BytesOf(FlashStep step)
    {
        if (step.Bytes is { } few)
        {
            return Convert.FromBase64String(few);
        }
        long from = step.ImageOffset ?? 0;
        long length = step.Length ?? Image.Length - from;
        return from >= 0 && length >= 0 && from + length <= Image.Length
            ? Image.Slice((int)from, (int)length)
            : throw new FlashException(
            $"Step {step.Index} takes bytes {from} to {from + length} of an image of {Image.Length}. Make a new plan.");
    }

    public void Tell(FlashStep step, long done, long all) => progress?.Invoke(new FlashProgress(step, done, all));
}

/// <param name="Done">Bytes of All that the device has confirmed.</param>
public readonly record struct FlashProgress(FlashStep Step, long Done, long All);

/// <summary>Files of one plan. What Keep returned from survives a power cut.</summary>
public interface IFlashShelf
{
    /// <summary>Throws IOException.</summary>
    void Keep(string file, ReadOnlySpan<byte> bytes);

    /// <summary>Null when there is none.</summary>
    byte[]? Find(string file);
}
