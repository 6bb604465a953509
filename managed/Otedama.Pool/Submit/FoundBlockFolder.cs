using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>A block from disk; Booking is null when it was kept without one or that was damaged.</summary>
internal sealed record KeptBlock(AssembledBlock Block, BlockBooking? Booking);

/// <summary>
/// Found blocks on disk, so that one survives nodes and pool being down. A name is height-id.block while it waits, then
/// .accepted, .inconclusive or .refused; of each of those the 100 of the highest blocks are kept.
/// </summary>
/// <remarks>
/// Lines of text: the block as hex, "sha256 " and the digest of that line; where there is a booking, the details as hex
/// and the digest of that line. Details: u8 1, u16 length and UTF-8 of the work id, the booking. Files of the hex
/// alone, as the first version wrote them, are still read.
/// </remarks>
internal sealed class FoundBlockFolder(IFiles files, string folder, ILogger logger)
{
    private const string Waiting = ".block";

    private const string DigestMark = "sha256 ";

    private const byte DetailsVersion = 1;

    private const int KeptMax = 100;

    /// <summary>A block of 8 MB as hex, and the bookings of half a million payees.</summary>
    private const int FileBytesMax = 64_000_000;

    private static readonly SearchValues<byte> s_digits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    public string Path => folder;

    /// <summary>
    /// Writes the block and waits until the disk has it; false, with a log line, when the disk refuses.
    /// </summary>
    public bool TryKeep(AssembledBlock block, BlockBooking? booking)
    {
        try
        {
            files.CreateFolder(folder);
            files.WriteWhole(PathOf(block.Id, block.Height, Waiting), Format(block, booking));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            SubmitLog.NotKept(logger, block.Id, folder, e.Message);
            return false;
        }
    }

    public void Settle(Hash256 id, int height, SubmitOutcome outcome)
    {
        string suffix = outcome switch
        {
            SubmitOutcome.Rejected => ".refused",
            SubmitOutcome.Inconclusive => ".inconclusive",
            _ => ".accepted",
        };
        try
        {
            files.Rename(PathOf(id, height, Waiting), PathOf(id, height, suffix));
            Prune(suffix);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Never kept, or the disk is gone: then it would only be submitted once more, which does no harm.
        }
    }

    /// <summary>The blocks that no node has answered for yet, lowest height first.</summary>
    public IEnumerable<KeptBlock> ReadWaiting() => Read(Waiting);

    /// <summary>Every block that is or may be in the chain: what waits and what a node took.</summary>
    public IEnumerable<KeptBlock> ReadAll() => Read(Waiting).Concat(Read(".accepted")).Concat(Read(".inconclusive"));

    private IEnumerable<KeptBlock> Read(string suffix)
    {
        foreach (string name in List(suffix))
        {
            if (TryRead(System.IO.Path.Combine(folder, name)) is { } kept)
            {
                yield return kept;
            }
        }
    }

    /// <summary>Names, lowest height first.</summary>
    private IEnumerable<string> List(string suffix)
    {
        try
        {
            return files.List(folder).Where(name => name.EndsWith(suffix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            SubmitLog.NotABlock(logger, folder, e.Message);
            return [];
        }
    }

    private KeptBlock? TryRead(string path)
    {
        try
        {
            return ReadFile(path);
        }
        catch (FileNotFoundException)
        {
            return null; // answered and renamed since the folder was listed
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            SubmitLog.NotABlock(logger, path, e.Message);
            return null;
        }
    }

    private static byte[] Format(AssembledBlock block, BlockBooking? booking)
    {
        ArrayBufferWriter<byte> text = new(block.HeadHex.Length + block.TailHex.Length + 4_096);
        text.Write(block.HeadHex.Span);
        text.Write(block.TailHex.Span);
        WriteDigest(text, from: 0);
        if (booking is not null)
        {
            int start = text.WrittenCount;
            byte[] workId = Encoding.UTF8.GetBytes(block.WorkId);
            byte[] head = [DetailsVersion, 0, 0];
            BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(1), (ushort)workId.Length);
            text.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower([.. head, .. workId, .. booking.ToBytes()])));
            WriteDigest(text, start);
        }
        return text.WrittenSpan.ToArray();
    }

    /// <summary>Ends the line that begins at this offset and writes its digest as the next.</summary>
    private static void WriteDigest(ArrayBufferWriter<byte> text, int from)
    {
        string digest = Convert.ToHexStringLower(SHA256.HashData(text.WrittenSpan[from..]));
        text.Write(Encoding.ASCII.GetBytes($"\n{DigestMark}{digest}\n"));
    }

    private KeptBlock ReadFile(string path)
    {
        using IFile file = files.Open(path, forWriting: false);
        long length = file.Length;
        if (length is < 2 * BlockHeader.Size or > FileBytesMax)
        {
            throw new FormatException($"it has {length} bytes; a block has {2 * BlockHeader.Size} to {FileBytesMax}.");
        }
        (int height, Hash256 id) = ReadName(System.IO.Path.GetFileNameWithoutExtension(path));
        byte[] bytes = new byte[length];
        ReadOnlyMemory<byte> rest = bytes.AsMemory(0, file.Read(bytes, 0));
        bool isChecked = rest.Span.Contains((byte)'\n');
        ReadOnlyMemory<byte> hex = isChecked ? TakeLine(ref rest) : rest;
        byte[] header = new byte[BlockHeader.Size];
        if (hex.Length % 2 != 0 || hex.Length < 2 * BlockHeader.Size || hex.Span.ContainsAnyExcept(s_digits)
            || !Hex.TryDecode(hex.Span[..(2 * BlockHeader.Size)], header, out _))
        {
            throw new FormatException("it is not hex.");
        }
        AssembledBlock block = new(id, height, hex, default);
        return isChecked && rest.Length > 0 ? ReadDetails(path, block, rest) : new KeptBlock(block, null);
    }

    /// <summary>The name says the id, for which each family has a rule of its own.</summary>
    private static (int Height, Hash256 Id) ReadName(string name)
    {
        string[] parts = name.Split('-');
        return parts.Length == 2 && int.TryParse(parts[0], out int height) && parts[1].Length == 2 * Hash256.Size
            ? (height, Hash256.FromDisplay(parts[1]))
            : throw new FormatException("its name is no height and block id.");
    }

    /// <summary>A damaged booking is no reason to lose the block.</summary>
    private KeptBlock ReadDetails(string path, AssembledBlock block, ReadOnlyMemory<byte> rest)
    {
        try
        {
            byte[] details = Convert.FromHexString(TakeLine(ref rest).Span);
            int workId = details.Length < 3 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(details.AsSpan(1));
            if (details.Length < 3 + workId || details[0] != DetailsVersion)
            {
                throw new FormatException("its booking has another version.");
            }
            BlockBooking booking = BlockBooking.Read(details.AsSpan(3 + workId));
            return new KeptBlock(block with { WorkId = Encoding.UTF8.GetString(details, 3, workId) }, booking);
        }
        catch (FormatException e)
        {
            SubmitLog.BookingLost(logger, path, e.Message);
            return new KeptBlock(block, null);
        }
    }

    /// <summary>A line whose digest, the line after it, is right. Throws FormatException.</summary>
    private static ReadOnlyMemory<byte> TakeLine(ref ReadOnlyMemory<byte> rest)
    {
        int end = rest.Span.IndexOf((byte)'\n');
        ReadOnlyMemory<byte> line = end < 0 ? rest : rest[..end];
        int length = DigestMark.Length + (2 * SHA256.HashSizeInBytes);
        ReadOnlyMemory<byte> after = rest[Math.Min(rest.Length, line.Length + 1)..];
        string expected = DigestMark + Convert.ToHexStringLower(SHA256.HashData(line.Span));
        if (after.Length < length || Encoding.ASCII.GetString(after.Span[..length]) != expected)
        {
            throw new FormatException("its checksum does not match: the disk has changed it.");
        }
        rest = after[Math.Min(after.Length, length + 1)..];
        return line;
    }

    private void Prune(string suffix)
    {
        string[] names = [.. List(suffix)];
        foreach (string old in names.SkipLast(KeptMax))
        {
            files.Delete(System.IO.Path.Combine(folder, old));
        }
    }

    private string PathOf(Hash256 id, int height, string suffix) =>
        System.IO.Path.Combine(folder, $"{height:d9}-{id}{suffix}");
}
