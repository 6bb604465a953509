using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>The folder of one roll-out: rollout.json, the image and the ledger of what was begun and how it ended. The
/// plans of devices are carried out in folders of their own, as single ones are. One thread.</summary>
public sealed class RolloutFolder
{
    private const string FileName = "rollout.json", ImageName = "image.bin";

    private RolloutFolder(string path, RolloutFile file, byte[] text)
    {
        FolderPath = path;
        File = file;
        Hash = ImageInspector.HashOf(text);
        Id = FlashPlan.IdOf(text);
    }

    public string FolderPath { get; }

    public RolloutFile File { get; }

    /// <summary>What --resume takes.</summary>
    public string Id { get; }

    /// <summary>SHA-256 in hex of rollout.json; the ledger is tied to it.</summary>
    public string Hash { get; }

    /// <summary>Throws IOException or UnauthorizedAccessException.</summary>
    public static RolloutFolder Create(string root, RolloutFile file, ReadOnlySpan<byte> image)
    {
        byte[] text = file.ToJson();
        string path = Path.Combine(root, $"{file.MadeAt.UtcDateTime:yyyyMMdd-HHmmss}-{FlashPlan.IdOf(text)}");
        DurableFile.CreateFolder(path);
        DurableFile.Write(Path.Combine(path, ImageName), image);
        DurableFile.Write(Path.Combine(path, FileName), text);
        RolloutFolder folder = new(path, file, text);
        FlashLedger.Bind(path, folder.Hash);
        return folder;
    }

    /// <summary>The roll-out of that id, or of the beginning of one. Throws FlashException when none or several fit,
    /// or it was changed.</summary>
    public static RolloutFolder Find(string root, string id)
    {
        string[] found = id.Length >= 4 && id.All(char.IsAsciiHexDigit) && Directory.Exists(root)
            ? [.. Directory.EnumerateDirectories(root).Where(path => IdOf(path)
                .StartsWith(id, StringComparison.OrdinalIgnoreCase))] : [];
        if (found.Length != 1)
        {
            throw new FlashException($"{(found.Length == 0 ? "No roll-out" : $"{found.Length} roll-outs")} \"{id}\" "
                + $"below {root}. Give its id (16 hex digits, at least the first 4), as it was printed.")
            { Fault = FlashFault.Named };
        }
        string file = Path.Combine(found[0], FileName);
        try
        {
            byte[] text = GivenFile.ReadAll(file, RolloutFile.FileMax);
            return FlashPlan.IdOf(text) == IdOf(found[0])
                ? new RolloutFolder(found[0], RolloutFile.Parse(text, file), text)
                : throw new FlashException(
                $"{file} was changed after it was shown: its text is {FlashPlan.IdOf(text)}. Nothing more is written. "
                + "Make a new roll-out.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlashException($"The roll-out {file} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>The image as it was. Throws FlashException when it is another.</summary>
    public byte[] Image()
    {
        string file = Path.Combine(FolderPath, ImageName);
        try
        {
            byte[] bytes = GivenFile.ReadAll(file, ImageInspector.FileMax);
            return ImageInspector.HashOf(bytes) == File.Members[0].Plan.Image.Sha256 ? bytes
                : throw new FlashException($"{file} is not the image of roll-out {Id}. Make a new one.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlashException($"The image {file} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }

    private static string IdOf(string path) => Path.GetFileName(path).Split('-')[^1];
}
