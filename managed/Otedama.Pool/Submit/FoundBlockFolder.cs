using System.Buffers;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Found blocks on disk as hex text, so that one survives nodes and pool being down. A name is
/// height-id.block while it waits, .accepted or .refused afterwards; of those the newest 100 are kept.
/// </summary>
internal sealed class FoundBlockFolder(string folder, ILogger logger)
{
    private const string Waiting = ".block";

    private const int KeptMax = 100;

    private static readonly SearchValues<byte> s_digits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>A block of 8 MB as hex.</summary>
    private const int FileBytesMax = 16_000_000;

    public string Path => folder;

    /// <summary>Writes the block; false, with a log line, when the disk refuses.</summary>
    public bool TryKeep(AssembledBlock block)
    {
        string path = PathOf(block.Id, block.Height, Waiting);
        try
        {
            Directory.CreateDirectory(folder);
            string half = path + ".part";
            using (FileStream file = new(half, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(block.HeadHex.Span);
                file.Write(block.TailHex.Span);
            }
            File.Move(half, path, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            SubmitLog.NotKept(logger, block.Id, folder, e.Message);
            return false;
        }
    }

    /// <summary>Makes the kept block safe against a power failure; slow, so it runs beside the submission.</summary>
    public void Flush(AssembledBlock block)
    {
        try
        {
            using FileStream file = new(PathOf(block.Id, block.Height, Waiting), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Settled and renamed in the meantime, or a failing disk, which TryKeep reports with the next block.
        }
    }

    public void Settle(Hash256 id, int height, bool accepted)
    {
        try
        {
            string suffix = accepted ? ".accepted" : ".refused";
            File.Move(PathOf(id, height, Waiting), PathOf(id, height, suffix), overwrite: true);
            Prune(suffix);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Never kept, or the disk is gone: then it would only be submitted once more, which does no harm.
        }
    }

    /// <summary>The blocks that no node has answered for yet, oldest height first.</summary>
    public IReadOnlyList<AssembledBlock> ReadWaiting()
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }
        var blocks = new List<AssembledBlock>();
        foreach (string path in Directory.EnumerateFiles(folder, "*" + Waiting).Order(StringComparer.Ordinal).Take(KeptMax))
        {
            try
            {
                blocks.Add(Read(path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                SubmitLog.NotABlock(logger, path, e.Message);
            }
        }
        return blocks;
    }

    private static AssembledBlock Read(string path)
    {
        long length = new FileInfo(path).Length;
        if (length is < 2 * BlockHeader.Size or > FileBytesMax)
        {
            throw new FormatException($"it has {length} bytes; a block as hex has {2 * BlockHeader.Size} to {FileBytesMax}.");
        }
        string name = System.IO.Path.GetFileNameWithoutExtension(path);
        if (!int.TryParse(name.Split('-')[0], out int height))
        {
            throw new FormatException("its name does not begin with a height.");
        }
        byte[] hex = File.ReadAllBytes(path);
        byte[] header = new byte[BlockHeader.Size];
        if (hex.Length % 2 != 0 || hex.AsSpan().ContainsAnyExcept(s_digits) || !Hex.TryDecode(hex.AsSpan(0, 2 * BlockHeader.Size), header, out _))
        {
            throw new FormatException("it is not hex.");
        }
        // The name says the id, which in the KawPow family is not SHA-256d of the first 80 bytes.
        string id = name[(name.IndexOf('-') + 1)..];
        return new AssembledBlock(id.Length == 2 * Hash256.Size ? Hash256.FromDisplay(id) : Sha256d.Hash(header), height, hex, default);
    }

    private void Prune(string suffix)
    {
        string[] files = Directory.GetFiles(folder, "*" + suffix);
        foreach (string old in files.OrderBy(File.GetLastWriteTimeUtc).Take(Math.Max(0, files.Length - KeptMax)))
        {
            File.Delete(old);
        }
    }

    private string PathOf(Hash256 id, int height, string suffix) =>
        System.IO.Path.Combine(folder, $"{height:d9}-{id}{suffix}");
}
