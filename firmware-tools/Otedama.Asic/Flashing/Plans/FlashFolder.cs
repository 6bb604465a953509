using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>
/// The folder of one plan: plan.json, the image, backups and the ledger. Below it one folder a device, so that old
/// backups of the same device are found. One thread.
/// </summary>
public sealed class FlashFolder : IFlashShelf
{
    /// <summary>Plans of one device whose backups and image are kept; of older ones only plan and ledger
    /// stay.</summary>
    public const int BackupsMax = 3;

    private const string PlanName = "plan.json";
    private const string ImageName = "image.bin";

    private FlashFolder(string path, FlashPlan plan, byte[] text)
    {
        FolderPath = path;
        Plan = plan;
        PlanHash = ImageInspector.HashOf(text);
        Id = FlashPlan.IdOf(text);
    }

    public string FolderPath { get; }

    public FlashPlan Plan { get; }

    /// <summary>What --resume takes.</summary>
    public string Id { get; }

    /// <summary>SHA-256 in hex of the plan's text.</summary>
    public string PlanHash { get; }

    /// <summary>Keeps the plan and its image below that root. Throws IOException or
    /// UnauthorizedAccessException.</summary>
    public static FlashFolder Create(string root, FlashPlan plan, ReadOnlySpan<byte> image)
    {
        byte[] text = plan.ToJson();
        string path = PathOf(root, plan, text);
        DurableFile.CreateFolder(path);
        DurableFile.Write(Path.Combine(path, ImageName), image);
        DurableFile.Write(Path.Combine(path, PlanName), text);
        FlashLedger.Bind(path, ImageInspector.HashOf(text));
        return new FlashFolder(path, plan, text);
    }

    /// <summary>The folder of that very plan, which is made where it is not there. Throws as Open and Create
    /// do.</summary>
    public static FlashFolder OpenOrCreate(string root, FlashPlan plan, ReadOnlySpan<byte> image)
    {
        string path = PathOf(root, plan, plan.ToJson());
        return File.Exists(Path.Combine(path, PlanName)) ? Open(path) : Create(root, plan, image);
    }

    /// <summary>Throws FlashException when the folder holds no plan, or another than the one it was made for.</summary>
    public static FlashFolder Open(string path)
    {
        string file = Path.Combine(path, PlanName);
        try
        {
            FileInfo info = new(file);
            if (info.Exists && info.Length > FlashPlan.FileMax)
            {
                throw new FlashException($"{file} has {info.Length} bytes; a plan has {FlashPlan.FileMax} at most.");
            }
            byte[] text = File.ReadAllBytes(file);
            string id = FlashPlan.IdOf(text);
            string named = Path.GetFileName(path.TrimEnd(Path.DirectorySeparatorChar)).Split('-')[^1];
            return id == named ? new FlashFolder(path, FlashPlan.Parse(text, file), text)
                : throw new FlashException(
                $"The plan {file} was changed after it was shown: its text is plan {id}, and its folder is that of "
                + $"plan {named}. Nothing was written. Make a new plan.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlashException($"The plan {file} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>The plan of that id, or of the beginning of one. Throws FlashException when none or several
    /// fit.</summary>
    public static FlashFolder Find(string root, string id)
    {
        string[] found = id.Length >= 4 && id.All(char.IsAsciiHexDigit) && Directory.Exists(root)
            ? [.. Directory.EnumerateDirectories(root).SelectMany(Directory.EnumerateDirectories)
                .Where(path => Path.GetFileName(path).Split('-')[^1]
                    .StartsWith(id, StringComparison.OrdinalIgnoreCase))]
            : [];
        return found.Length switch
        {
            1 => Open(found[0]),
            0 => throw new FlashException(
                $"No plan \"{id}\" is below {root}. Give its id (16 hex digits, at least the first 4), as it was "
                + "printed.")
            { Fault = FlashFault.Named },
            _ => throw new FlashException(
                $"\"{id}\" begins {found.Length} plans: "
                + $"{string.Join(", ", found.Take(4).Select(static path => Path.GetFileName(path).Split('-')[^1]))}. "
                + "Give more of it.")
            { Fault = FlashFault.Named },
        };
    }

    /// <summary>The image as it was when the plan was made. Throws FlashException when it is another.</summary>
    public byte[] Image()
    {
        byte[] bytes = Find(ImageName)
            ?? throw new FlashException(
            $"The image of plan {Id} is gone from {FolderPath}: only the last {BackupsMax} plans of a device keep "
            + "theirs. Make a new plan.");
        return ImageInspector.HashOf(bytes) == Plan.Image.Sha256
            ? bytes
            : throw new FlashException(
            $"{Path.Combine(FolderPath, ImageName)} is not the image of plan {Id}: its SHA-256 is "
            + $"{ImageInspector.HashOf(bytes)}, the plan's {Plan.Image.Sha256}. Make a new plan.");
    }

    public void Keep(string file, ReadOnlySpan<byte> bytes) => DurableFile.Write(PathOf(file), bytes);

    public byte[]? Find(string file) => File.Exists(PathOf(file)) ? File.ReadAllBytes(PathOf(file)) : null;

    /// <summary>Takes backups and images of older plans of the same device away; plans and ledgers stay.</summary>
    public void Prune()
    {
        string[] older =
            [.. Directory.EnumerateDirectories(Path.GetDirectoryName(FolderPath)!)
            .OrderDescending(StringComparer.Ordinal).Skip(BackupsMax)];
        foreach (string file in older.Where(path => path != FolderPath).SelectMany(Directory.EnumerateFiles))
        {
            if (Path.GetFileName(file) != PlanName
                && !Path.GetFileName(file).StartsWith("ledger", StringComparison.Ordinal))
            {
                File.Delete(file);
            }
        }
    }

    private static string PathOf(string root, FlashPlan plan, ReadOnlySpan<byte> text) => Path.Combine(
        root, NameOf(plan.Device.Id), $"{plan.MadeAt.UtcDateTime:yyyyMMdd-HHmmss}-{FlashPlan.IdOf(text)}");

    /// <summary>A device's id as the name of a folder.</summary>
    private static string NameOf(string id)
    {
        string name = string.Concat(id.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-'));
        return name.Trim('.') is { Length: > 0 } safe ? safe[..Math.Min(safe.Length, 64)] : "device";
    }

    private string PathOf(string file) => Path.GetFileName(file) == file && file.Length > 0
        ? Path.Combine(FolderPath, file)
        : throw new FlashException($"\"{file}\" is no name of a file in a plan's folder.");
}
