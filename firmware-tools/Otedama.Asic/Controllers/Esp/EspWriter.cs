using System.IO.Compression;

namespace Otedama.Asic;

/// <summary>
/// Brings bytes into the flash and proves it by the chip's MD5. A lost reply is no loss: the loader is found again,
/// asked what it has, and writing goes on behind that. One thread.
/// </summary>
public sealed class EspWriter(EspLoader loader)
{
    /// <summary>Faults of one part that are mended; with more the cable or the flash is bad.</summary>
    public const int FaultsMax = 8;

    /// <summary>Times that all of a part is written anew because its MD5 is another.</summary>
    private const int MismatchesMax = 3;

    private const int Sector = 0x1000;
    private const int NaksMax = 3;

    /// <summary>
    /// Writes, and returns false when it was all there before. Throws EspException when the chip refuses or its MD5
    /// stays another, LinkException when it cannot be found again.
    /// </summary>
    /// <param name="address">A multiple of 4096: whole sectors are erased.</param>
    /// <param name="confirmed">Told of bytes the chip has.</param>
    public bool Write(uint address, ReadOnlyMemory<byte> bytes, Action<long>? confirmed = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(address % Sector, 0u);
        string md5 = EspMd5.Of(bytes.Span);
        int faults = 0;
        int done = 0; // bytes the chip has for certain
        int reached = 0; // bytes it may have
        int mismatches = 0;
        bool first = true;
        while (true)
        {
            try
            {
                if (loader.Rom.FlashMd5(address, (uint)bytes.Length) == md5)
                {
                    confirmed?.Invoke(bytes.Length);
                    return !first;
                }
                if (!first)
                {
                    done = Confirmed(address, bytes, reached);
                }
                bool compressed = first;
                first = false;
                reached = done;
                if (compressed)
                {
                    WriteDeflated(address, bytes, confirmed);
                    reached = bytes.Length;
                }
                else
                {
                    WritePlain(address, bytes, done, ref reached, confirmed);
                }
                string there = loader.Rom.FlashMd5(address, (uint)bytes.Length);
                if (there == md5)
                {
                    confirmed?.Invoke(bytes.Length);
                    return true;
                }
                reached = 0;
                mismatches++;
                throw new EspException(
                    $"{loader.Port.Name}: {bytes.Length} bytes at {address:X}h were written and read back with MD5 "
                    + $"{there}; theirs is {md5}. Is the power supply good?");
            }
            catch (Exception e) when (e is EspException or LinkException && ++faults <= FaultsMax
                && mismatches < MismatchesMax)
            {
                Recover(e);
            }
        }
    }

    /// <summary>A chip that restarts while it is looked for is looked for once more.</summary>
    private void Recover(Exception fault)
    {
        try
        {
            loader.Recover(fault is LinkException { Fault: LinkFault.Gone });
        }
        catch (Exception e) when (e is EspException or LinkException)
        {
            loader.Recover(e is LinkException { Fault: LinkFault.Gone });
        }
    }

    /// <summary>How much of it the chip has: whole sectors from the beginning, by its MD5.</summary>
    private int Confirmed(uint address, ReadOnlyMemory<byte> bytes, int reached)
    {
        for (int length =
            Math.Min(reached + loader.Rom.BlockLength, bytes.Length) / Sector * Sector; length > 0; length =
            length / 2 / Sector * Sector)
        {
            if (loader.Rom.FlashMd5(address, (uint)length) == EspMd5.Of(bytes.Span[..length]))
            {
                return length;
            }
        }
        return 0;
    }

    private void WritePlain(
        uint address, ReadOnlyMemory<byte> bytes, int from, ref int reached, Action<long>? confirmed)
    {
        loader.Rom.FlashBegin((uint)(bytes.Length - from), address + (uint)from);
        byte[] block = new byte[loader.Rom.BlockLength];
        uint sequence = 0;
        for (int at = from; at < bytes.Length; at += block.Length)
        {
            int count = Math.Min(block.Length, bytes.Length - at);
            block.AsSpan().Fill(0xFF);
            bytes.Span.Slice(at, count).CopyTo(block);
            uint number = sequence++;
            Insist(() => loader.Rom.FlashData(number, block));
            reached = at + count;
            confirmed?.Invoke(reached);
        }
    }

    private void WriteDeflated(uint address, ReadOnlyMemory<byte> bytes, Action<long>? confirmed)
    {
        byte[] stream = Deflate(bytes.Span);
        loader.Rom.DeflBegin((uint)bytes.Length, (uint)stream.Length, address);
        int size = loader.Rom.BlockLength;
        int blocks = (stream.Length + size - 1) / size;
        long inflated = Math.Min(bytes.Length, 8L * bytes.Length / blocks); // a block may hold more than the average
        for (int i = 0; i < blocks; i++)
        {
            int at = i * size;
            ReadOnlyMemory<byte> block = stream.AsMemory(at, Math.Min(size, stream.Length - at));
            uint number = (uint)i;
            Insist(() => loader.Rom.DeflData(number, block.Span, inflated));
            confirmed?.Invoke((long)bytes.Length * (i + 1) / blocks);
        }
    }

    /// <summary>The same block up to three times when the chip says no.</summary>
    private static void Insist(Action send)
    {
        for (int i = 1; ; i++)
        {
            try
            {
                send();
                return;
            }
            catch (EspException e) when (e.Error != 0 && i < NaksMax)
            {
                // A byte was lost on the way; the chip has kept nothing of the block.
            }
        }
    }

    private static byte[] Deflate(ReadOnlySpan<byte> bytes)
    {
        using MemoryStream stream = new();
        using (ZLibStream zlib = new(stream, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zlib.Write(bytes);
        }
        return stream.ToArray();
    }
}
