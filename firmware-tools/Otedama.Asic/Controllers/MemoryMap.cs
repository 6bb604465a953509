using System.Globalization;

namespace Otedama.Asic;

/// <summary>What a device allows for a sector.</summary>
[Flags]
public enum SectorRights
{
    None = 0,
    Read = 1,
    Erase = 2,
    Write = 4,
}

/// <summary>Sectors of one size, one behind the other.</summary>
/// <param name="Start">Address of the first.</param>
/// <param name="Count">How many.</param>
/// <param name="Size">Bytes of each.</param>
/// <param name="Rights">What may be done to them.</param>
public sealed record MemoryRun(uint Start, int Count, uint Size, SectorRights Rights)
{
    /// <summary>First address behind it; up to 2^32.</summary>
    public long End => Start + ((long)Count * Size);
}

/// <summary>
/// The memory of a DfuSe device as the string of its alternate setting describes it: "@Internal Flash 
/// /0x08000000/16*001Kg,04*016Kg" = @name, then /base/runs, again for each base; a run is count*size, a unit (space or
/// B bytes, K, M) and a letter whose low three bits are read, erase, write.
/// </summary>
public sealed record MemoryMap(string Name, IReadOnlyList<MemoryRun> Runs)
{
    /// <summary>Runs of one string: a USB string descriptor has room for 126 characters, a run needs 4.</summary>
    public const int RunsMax = 32;

    /// <exception cref="InvalidDataException">The string is not one of these; says what is wrong.</exception>
    public static MemoryMap Read(string text)
    {
        string[] parts = text.Split('/');
        if (!text.StartsWith('@') || parts.Length < 3 || parts.Length % 2 == 0)
        {
            throw Bad(text, text, "@name/0xBASE/COUNT*SIZE..., such as \"@Internal Flash  /0x08000000/16*064Kg\"");
        }
        List<MemoryRun> runs = [];
        for (int index = 1; index < parts.Length; index += 2)
        {
            string start = parts[index].Trim();
            if (!start.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
                || !uint.TryParse(
                start.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint address))
            {
                throw Bad(text, parts[index], "0x and up to eight hexadecimal digits");
            }
            long next = address;
            foreach (string run in parts[index + 1].Split(','))
            {
                MemoryRun one = Run(text, run, next);
                next = one.End;
                runs.Add(runs.Count < RunsMax ? one : throw Bad(text, run, $"at most {RunsMax} runs"));
            }
        }
        runs.Sort(static (left, right) => left.Start.CompareTo(right.Start));
        for (int index = 1; index < runs.Count; index++)
        {
            if (runs[index].Start < runs[index - 1].End)
            {
                throw Bad(text, $"{runs[index].Start:X8} twice", "each address once");
            }
        }
        return new(parts[0][1..].Trim(), runs);
    }

    /// <summary>Null when all these bytes lie inside and have those rights, else a sentence.</summary>
    public string? Refusal(MemoryPiece piece, SectorRights rights)
    {
        long at = piece.Address;
        while (at < piece.End)
        {
            MemoryRun? run = Runs.FirstOrDefault(run => run.Start <= at && at < run.End);
            if (run is null || (run.Rights & rights) != rights)
            {
                string why = run is null ? "outside the device's memory" : $"not for {Words(rights & ~run.Rights)}";
                IEnumerable<string> has = Runs.Select(static run =>
                    $"{run.Start:X8}-{run.End - 1:X8} ({Words(run.Rights)})");
                return $"{piece.Data.Length} bytes for {piece.Address:X8} do not fit: {at:X8} is {why}; "
                    + $"\"{Name}\" has {string.Join(", ", has)}";
            }
            at = run.End;
        }
        return null;
    }

    /// <summary>Start of every sector that one of these touches, once, ascending. What lies outside has none.</summary>
    public IReadOnlyList<uint> Touched(IEnumerable<MemoryPiece> pieces)
    {
        SortedSet<uint> sectors = [];
        foreach (MemoryPiece piece in pieces)
        {
            foreach (MemoryRun run in Runs)
            {
                long from = Math.Max(piece.Address, (long)run.Start), to = Math.Min(piece.End, run.End);
                for (long sector = from < to ? (from - run.Start) / run.Size
                    : run.Count; run.Start + (sector * run.Size) < to; sector++)
                {
                    sectors.Add((uint)(run.Start + (sector * run.Size)));
                }
            }
        }
        return [.. sectors];
    }

    private static MemoryRun Run(string text, string run, long start)
    {
        const string Allowed = "COUNT*SIZE, a unit (space, B, K or M) and a letter a to g";
        int star = run.IndexOf('*', StringComparison.Ordinal);
        string rest = star < 0 ? "" : run[(star + 1)..].TrimEnd();
        int digits = rest.TakeWhile(char.IsAsciiDigit).Count();
        string tail = rest[digits..];
        uint unit = tail.Length == 1 ? 1u : tail.Length != 2 ? 0
            : tail[0] switch { ' ' or 'B' => 1u, 'K' => 1u << 10, 'M' => 1u << 20, _ => 0 };
        if (star <= 0 || unit == 0 || tail[^1] is < 'a' or > 'g'
            || !int.TryParse(run.AsSpan(0, star).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            || !uint.TryParse(rest.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out uint size)
            || count == 0 || size == 0)
        {
            throw Bad(text, run, Allowed);
        }
        long bytes = (long)size * unit;
        return bytes <= uint.MaxValue && count <= ((1L << 32) - start) / bytes
            ? new((uint)start, count, (uint)bytes, (SectorRights)(tail[^1] & 7))
            : throw Bad(text, run, "sectors inside the 4 GiB that addresses reach");
    }

    private static string Words(SectorRights rights) => rights == SectorRights.None ? "nothing"
        : rights.ToString().ToLowerInvariant();

    private static InvalidDataException Bad(string text, string found, string allowed) =>
        new($"the device describes its memory as \"{text}\"; \"{found}\" is not {allowed}. Nothing is written to "
            + "memory that is not described.");
}
