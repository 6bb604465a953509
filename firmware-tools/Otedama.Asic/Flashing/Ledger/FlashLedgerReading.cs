using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Otedama.Asic;

public enum LedgerDamage
{
    None,

    /// <summary>The last line was being written when the power went: what it announced was not begun.</summary>
    Torn,

    /// <summary>Something that was on the disk once is gone or changed: the ledger says nothing reliable of the
    /// device.</summary>
    Broken,
}

/// <summary>
/// What a ledger's bytes say. A line is the SHA-256 in hex of the hash before it, a line feed and the entry's JSON;
/// then a blank and that JSON. The hash before the first is that of the plan. Beside the ledger lies its head, "count
/// hash", written after each line, so that lines missing at the end are seen. Pure.
/// </summary>
public sealed record FlashLedgerReading
{
    /// <summary>Entries of one ledger: a plan has some thirty steps, two entries each, and may be resumed a hundred
    /// times.</summary>
    public const int EntriesMax = 10_000;

    /// <summary>Bytes of one line.</summary>
    public const int LineMax = 8 << 10;

    private const int HashLength = 64;

    public required IReadOnlyList<FlashEntry> Entries { get; init; }

    /// <summary>Of the last whole entry, or of the plan.</summary>
    public required string Head { get; init; }

    /// <summary>Bytes of whole entries.</summary>
    public required int GoodBytes { get; init; }

    public LedgerDamage Damage { get; init; }

    /// <summary>The damage in words; null = none.</summary>
    public string? Says { get; init; }

    public static string HashOf(string before, ReadOnlySpan<byte> json)
    {
        byte[] text = [.. Encoding.ASCII.GetBytes(before), (byte)'\n', .. json];
        return Convert.ToHexStringLower(SHA256.HashData(text));
    }

    /// <summary>The line of an entry with its line feed.</summary>
    public static byte[] LineOf(string before, FlashEntry entry, out string hash)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(entry, LedgerJson.Default.FlashEntry);
        hash = HashOf(before, json);
        return [.. Encoding.ASCII.GetBytes(hash), (byte)' ', .. json, (byte)'\n'];
    }

    /// <param name="head">Content of the head file; null = there is none.</param>
    public static FlashLedgerReading Of(ReadOnlySpan<byte> bytes, byte[]? head, string planHash)
    {
        List<FlashEntry> entries = [];
        List<string> hashes = [planHash];
        int at = 0;
        while (at < bytes.Length)
        {
            int length = bytes[at..].IndexOf((byte)'\n');
            if (length < 0)
            {
                break;
            }
            string? wrong = entries.Count == EntriesMax ? $"is one more than {EntriesMax}"
                : WrongIn(bytes.Slice(at, length), hashes[^1], entries.Count, out FlashEntry? entry, out string hash)
                ?? Take(entries, entry!, hashes, hash);
            if (wrong is not null)
            {
                return Broken($"entry {entries.Count} (byte {at}) {wrong}");
            }
            at += length + 1;
        }
        return HeadWrong(head, entries.Count, hashes) is { } words ? Broken(words)
            : at == bytes.Length ? Reading(LedgerDamage.None, null)
            : Reading(LedgerDamage.Torn,
            $"The ledger's last line is cut: {bytes.Length - at} bytes after entry {entries.Count - 1} have no end. "
                + "Each entry is on the disk before its step begins, so the step it announced was not begun.");

        FlashLedgerReading Broken(string words) =>
            Reading(LedgerDamage.Broken, $"The ledger is damaged: {words}. What was done to the device "
            + "after that cannot be told from it. Nothing is resumed: make a new plan, which looks at the device "
            + "itself; backups in this folder stay.");

        FlashLedgerReading Reading(LedgerDamage damage, string? says) => new()
        {
            Entries = entries,
            Head = hashes[^1],
            GoodBytes = at,
            Damage = damage,
            Says = says,
        };
    }

    private static string? Take(List<FlashEntry> entries, FlashEntry entry, List<string> hashes, string hash)
    {
        entries.Add(entry);
        hashes.Add(hash);
        return null;
    }

    private static string? WrongIn(
        ReadOnlySpan<byte> line, string before, int number, out FlashEntry? entry, out string hash)
    {
        entry = null;
        hash = "";
        if (line.Length > LineMax || line.Length < HashLength + 2 || line[HashLength] != (byte)' ')
        {
            return $"has {line.Length} bytes and not the form \"hash entry\"";
        }
        ReadOnlySpan<byte> json = line[(HashLength + 1)..];
        hash = HashOf(before, json);
        if (!line[..HashLength].SequenceEqual(Encoding.ASCII.GetBytes(hash)))
        {
            return "does not have the hash of its text and of the entry before it";
        }
        try
        {
            entry = JsonSerializer.Deserialize(json, LedgerJson.Default.FlashEntry);
        }
        catch (JsonException e)
        {
            return $"is no entry: {e.Message.TrimEnd('.')}";
        }
        return entry is null || entry.Number != number
            ? $"has number {entry?.Number.ToString(CultureInfo.InvariantCulture) ?? "none"}" : null;
    }

    /// <summary>The head is written after the line, so it may be one behind and never ahead.</summary>
    private static string? HeadWrong(byte[]? head, int count, List<string> hashes)
    {
        if (head is null)
        {
            return count <= 1 ? null : $"it has {count} entries, and the file of its head is gone";
        }
        string[] parts = Encoding.ASCII.GetString(head).TrimEnd('\n').Split(' ');
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int told))
        {
            return "the file of its head is not \"count hash\"";
        }
        return told > count ? $"it ends after {count} entries, and its head says there were {told}"
            : told < count - 1 ? $"it has {count} entries, and its head knows {told}"
            : told == 0 && parts[1] != hashes[0]
            ? "it was begun for another plan: plan.json was changed after it was shown"
            : parts[1] != hashes[told] ? $"its head has another hash for entry {told - 1}"
            : null;
    }
}
