using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>
/// The minutes and quarter hours of one device in a file of fixed size (59,144 bytes): a mark, then each point in the
/// place that its time gives it, with a CRC of its own. A write that a power cut tore spoils one point. Points are not
/// synced one by one: what a cut loses is what the system had not written yet, some 30 s.
/// </summary>
public sealed class HistoryFile(string path)
{
    public const long MinutesAt = 8;

    public const long QuartersAt = MinutesAt + (1440 * HistoryPoint.FileBytes);

    private static ReadOnlySpan<byte> Mark => "otdfleet"u8;

    /// <summary>
    /// The file of a device in a folder: its name is the id with only letters, digits and dashes, and a hash so that
    /// two ids never share one.
    /// </summary>
    public static HistoryFile Of(string folder, string id)
    {
        string plain = string.Concat(id.Where(char.IsAsciiLetterOrDigit).Take(40));
        uint hash = Crc32C.Of(System.Text.Encoding.UTF8.GetBytes(id));
        return new HistoryFile(Path.Combine(folder, $"{plain}-{hash:x8}.points"));
    }

    /// <summary>
    /// Puts what the file has of the last week into the rings. Returns how many points were damaged; a file that is not
    /// there, or is none of ours, has none.
    /// </summary>
    public int Load(HistoryRing minutes, HistoryRing quarters, uint now)
    {
        byte[] bytes;
        try
        {
            FileKind.RequireFile(path);
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            bytes = new byte[Math.Min(file.Length, QuartersAt + (672 * HistoryPoint.FileBytes))];
            file.ReadExactly(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
        if (!bytes.AsSpan().StartsWith(Mark))
        {
            return 0;
        }
        return Load(bytes, MinutesAt, minutes, now) + Load(bytes, QuartersAt, quarters, now);
    }

    /// <summary>Returns null, or why it could not be written.</summary>
    public string? TryWrite(in HistoryPoint point, long offset)
    {
        try
        {
            FileKind.RequireFile(path);
            FileStreamOptions options = new()
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.Write,
                BufferSize = 0,
                Share = FileShare.Read
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = DurableFile.OwnerOnly;
            }
            using FileStream file = new(path, options);
            if (file.Length == 0)
            {
                file.Write(Mark);
            }
            Span<byte> bytes = stackalloc byte[HistoryPoint.FileBytes];
            point.Write(bytes);
            file.Position = offset;
            file.Write(bytes);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private static int Load(byte[] bytes, long at, HistoryRing ring, uint now)
    {
        int damaged = 0;
        for (int slot = 0; slot < ring.Count; slot++)
        {
            int offset = (int)at + (slot * HistoryPoint.FileBytes);
            if (offset + HistoryPoint.FileBytes > bytes.Length)
            {
                break;
            }
            ReadOnlySpan<byte> one = bytes.AsSpan(offset, HistoryPoint.FileBytes);
            if (!HistoryPoint.TryRead(one, out HistoryPoint point))
            {
                damaged += one.IndexOfAnyExcept((byte)0) >= 0 ? 1 : 0; // a hole was never written
            }
            else if (ring.SlotOf(point.Time) == slot && point.Time <= now
                && now - point.Time < ring.StepSeconds * ring.Count)
            {
                ring.Put(point);
            }
        }
        return damaged;
    }
}
