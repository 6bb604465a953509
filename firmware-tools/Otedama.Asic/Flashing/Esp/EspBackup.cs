using System.Text.Json;
using System.Text.Json.Serialization;

namespace Otedama.Asic;

/// <summary>
/// What was kept of an ESP32-S3: boot loader, table, settings and selection, each in a file of its own, with a list of
/// them beside. The settings have passwords in them: the files are readable by their owner alone.
/// </summary>
/// <param name="Device">Its MAC: nothing is written back to another one.</param>
public sealed record EspBackup(
    int Schema, string Device, DateTimeOffset At, string? Version, string? Slot, IReadOnlyList<EspBackupPart> Parts)
{
    public const int SchemaNow = 1;

    /// <summary>Bytes of the largest flash that an ESP32-S3 has.</summary>
    private const int FlashMax = 32 << 20;
    public const string KindName = "esp-backup";
    private const string ListName = "backup.json";

    /// <summary>Bytes of the list.</summary>
    private const int ListMax = 64 << 10;

    /// <summary>Bytes that are read, compared and kept at a time.</summary>
    private const int ChunkLength = 64 << 10;

    /// <summary>Parts of one backup.</summary>
    private const int PartsMax = 16;

    /// <summary>
    /// Reads the chip into a folder that is there. Interrupted anywhere, the same call goes on: what lies there
    /// already is
    /// compared by the chip's MD5 and kept. Throws EspException, LinkException, IOException, or FlashException when the
    /// folder is another chip's.
    /// </summary>
    /// <param name="whole">All of the flash; else what cannot be had again from anywhere.</param>
    /// <param name="tell">A line for each part and each tenth of one.</param>
    public static async ValueTask<EspBackup> TakeAsync(
        EspSerialTarget target, string folder, TimeProvider time, Action<string> tell, CancellationToken stop,
        bool whole = false)
    {
        FlashDevice device = await target.ReadAsync(stop);
        string list = Path.Combine(folder, ListName);
        if (File.Exists(list) && List(list) is { } other && other.Device != device.Id)
        {
            throw new FlashException(
                $"{folder} holds the backup of {other.Device}, and this is {device.Id}. Name another folder.");
        }
        List<EspBackupPart> parts = [];
        foreach ((string name, long address, int length) in target.Precious(whole))
        {
            tell($"{name}: {length} bytes at {address:X}h");
            byte[] bytes = TakePart(target, Path.Combine(folder, $"{name}.part"), name, address, length, tell, stop);
            EspBackupPart part = new(name, address, length, EspMd5.Of(bytes), $"{name}.bin");
            if (!target.Has(address, bytes))
            {
                throw new FlashException(
                    $"{name} was read with MD5 {part.Md5}, and the chip has another of it. Do it again.");
            }
            Interop.DurableFile.Write(Path.Combine(folder, part.File), bytes);
            parts.Add(part);
        }
        EspBackup backup = new(SchemaNow, device.Id, time.GetUtcNow(), device.Version, device.Slot, parts);
        Interop.DurableFile.Write(
            Path.Combine(folder, ListName),
            JsonSerializer.SerializeToUtf8Bytes(backup, EspBackupJson.Default.EspBackup));
        foreach (EspBackupPart part in parts)
        {
            File.Delete(Path.Combine(folder, $"{part.Name}.part"));
        }
        return backup;
    }

    private static byte[] TakePart(
        EspSerialTarget target, string path, string name, long address, int length, Action<string> tell,
        CancellationToken stop)
    {
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // passwords are in it
        }
        using FileStream file = new(path, options);
        byte[] bytes = new byte[length];
        int there = file.ReadAtLeast(bytes, length, throwOnEndOfStream: false);
        for (int done = 0, tenth = 0; done < length;)
        {
            stop.ThrowIfCancellationRequested();
            int count = Math.Min(ChunkLength, length - done);
            target.Allow(count);
            Span<byte> chunk = bytes.AsSpan(done, count);
            if (done + count > there || !target.Has(address + done, chunk))
            {
                target.ReadRange(address + done, count).CopyTo(chunk);
                file.Position = done;
                file.Write(chunk);
            }
            done += count;
            if (10L * done / length > tenth)
            {
                tenth = (int)(10L * done / length);
                tell($"{name}: {10 * tenth} %");
            }
        }
        return bytes;
    }

    /// <summary>The list and all bytes, one part behind the other. Throws FlashException when a file is not what the
    /// list says.</summary>
    public static EspBackup Open(string folder, out byte[] bytes)
    {
        string path = Path.Combine(folder, ListName);
        try
        {
            EspBackup backup = List(path);
            List<byte> all = [];
            foreach (EspBackupPart part in backup.Parts)
            {
                byte[] one = part.Length is > 0 and <= FlashMax
                    && Path.GetFileName(part.File) == part.File
                    ? File.ReadAllBytes(Path.Combine(folder, part.File)) : [];
                if (one.Length != part.Length || EspMd5.Of(one) != part.Md5)
                {
                    throw new FlashException(
                        $"{Path.Combine(folder, part.File)} is not what was kept: {one.Length} bytes with MD5 "
                        + $"{EspMd5.Of(one)} instead of {part.Length} with {part.Md5}. Nothing was written.");
                }
                all.AddRange(one);
            }
            bytes = [.. all];
            return backup;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlashException($"The backup in {folder} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }

    private static EspBackup List(string path)
    {
        FileInfo file = new(path);
        if (file.Exists && file.Length > ListMax)
        {
            throw new FlashException($"{path} has {file.Length} bytes; {ListMax} at most are allowed.");
        }
        try
        {
            EspBackup? backup = JsonSerializer.Deserialize(File.ReadAllBytes(path), EspBackupJson.Default.EspBackup);
            return backup is { Schema: SchemaNow, Parts.Count: > 0 and <= PartsMax } ? backup
                : throw new FlashException(
                $"{path} is no backup of this version (schema {SchemaNow}, 1 to {PartsMax} parts).");
        }
        catch (JsonException e)
        {
            throw new FlashException($"{path} is no backup: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>
    /// The plan that writes it back where the chip differs: settings, selection, and boot loader with table last. Its
    /// checks are those rules that ask something of a backup.
    /// </summary>
    public FlashPlan Plan(FlashDevice device, string folder, ReadOnlySpan<byte> bytes, string target, TimeProvider time)
    {
        List<FlashStep> steps = [];
        foreach ((EspBackupPart part, int offset) in Offsets().OrderBy(static one => one.Part.Address == 0))
        {
            FlashStep write = new()
            {
                Index = steps.Count,
                Kind = FlashStepKind.Write,
                Part = part.Name,
                Says = $"Write {part.Name} back: {part.Length} bytes at {part.Address:X}h, where it differs.",
                Address = part.Address,
                Length = part.Length,
                ImageOffset = offset,
                Md5 = part.Md5,
                Commits = true,
            };
            steps.Add(write);
            steps.Add(write with
            {
                Index = steps.Count,
                Kind = FlashStepKind.Verify,
                Says =
                $"Ask the chip for the MD5 of {part.Name}.",
                Commits = false
            });
        }
        steps.Add(new FlashStep
        {
            Index = steps.Count,
            Kind = FlashStepKind.Compare,
            Part = "all",
            Says =
            "Look at the chip again: every part must be there."
        });
        steps.Add(new FlashStep
        {
            Index = steps.Count,
            Kind = FlashStepKind.Reset,
            Part = "all",
            Says =
            "Start it and hear from where it loads."
        });
        bool same = device.Id == Device;
        bool open = device is { SecureBoot: not true, SecureDownload: not true };
        return new FlashPlan
        {
            Schema = FlashPlan.SchemaNow,
            MadeAt = time.GetUtcNow(),
            Target = target,
            Device = device,
            From = new FlashFirmware(device.Version, device.Slot, null),
            To = new FlashFirmware(Version, Slot, ImageInspector.HashOf(bytes)),
            Image = new FlashImage(
                folder, KindName, ImagePurpose.Factory, bytes.Length, ImageInspector.HashOf(bytes), "backup"),
            Checks =
            [
                new FlashCheck(1, "plan", FlashCheckOutcome.Passed, $"{device.Id} at {device.Address}."),
                new FlashCheck(2, "catalogue", open ? FlashCheckOutcome.Waived : FlashCheckOutcome.Failed,
                    open ? $"The bytes are those kept on {At:yyyy-MM-dd}: every MD5 fits."
                        : "The fuses of the chip allow only what its vendor signed, or close its loader."),
                new FlashCheck(3, "match", same ? FlashCheckOutcome.Passed : FlashCheckOutcome.Failed,
                    same ? "It was kept of this very chip."
                        : $"It was kept of {Device}, and this is {device.Id}. Settings of one board do not fit "
                        + "another."),
                new FlashCheck(13, "power_loss", FlashCheckOutcome.Passed,
                    "Boot loader and table come last; cut anywhere, the chip's own loader answers and the plan is "
                    + "carried out again."),
            ],
            Steps = steps,
            WayBack = [],
        };
    }

    private IEnumerable<(EspBackupPart Part, int Offset)> Offsets()
    {
        int offset = 0;
        foreach (EspBackupPart part in Parts)
        {
            yield return (part, offset);
            offset += part.Length;
        }
    }
}

/// <param name="Address">Bytes from the start of the flash.</param>
/// <param name="Md5">32 hex digits.</param>
public sealed record EspBackupPart(string Name, long Address, int Length, string Md5, string File);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, WriteIndented =
    true, NewLine = "\n")]
[JsonSerializable(typeof(EspBackup))]
internal sealed partial class EspBackupJson : JsonSerializerContext;
