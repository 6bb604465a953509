using System.Buffers.Binary;

namespace Otedama.Asic;

/// <summary>
/// ST's extension of DFU: block 0 carries commands, blocks from 2 on data for the address that was set. Erases only
/// pages that are written to, writes only where the device's memory string allows it, and has no way to send 92 (read
/// unprotect), which wipes. One call at a time; throws as DfuClient does.
/// </summary>
public sealed class DfuSeClient(DfuClient dfu, MemoryMap map)
{
    private const byte SetAddress = 0x21, ErasePage = 0x41;

    /// <summary>First block of data; each is sent to the address set just before it, so that the size of the device's
    /// blocks does not matter.</summary>
    private const ushort DataBlock = 2;

    public DfuClient Dfu => dfu;

    public MemoryMap Map => map;

    /// <summary>Null when all of it may be erased and written, else a sentence.</summary>
    public string? Refusal(IReadOnlyList<MemoryPiece> pieces) =>
        pieces.Select(piece => map.Refusal(piece, SectorRights.Erase | SectorRights.Write))
            .FirstOrDefault(static refusal => refusal is not null);

    /// <summary>
    /// Erases every page touched, once, lowest first, then writes; the first block comes last. Many chips enter their
    /// loader by themselves while the first word is empty, so a cut leaves one that can be flashed again. Does not
    /// start what was written.
    /// </summary>
    /// <param name="confirmed">Told the bytes written so far.</param>
    public async Task WriteAsync(IReadOnlyList<MemoryPiece> pieces, Action<long>? confirmed, CancellationToken stop)
    {
        if (Refusal(pieces) is { } refusal)
        {
            throw new DfuException($"{dfu.Usb.Name}: {refusal}. Nothing was written.");
        }
        await dfu.ToIdleAsync(stop);
        foreach (uint page in map.Touched(pieces))
        {
            await CommandAsync(ErasePage, page, $"erasing the page at {page:X8}", stop);
        }
        long written = 0;
        foreach (MemoryPiece block in MemoryPiece.FirstLast(pieces, dfu.BlockSize))
        {
            await CommandAsync(SetAddress, block.Address, $"the address {block.Address:X8}", stop);
            await dfu.WriteBlockAsync(DataBlock, block.Data, $"{block.Data.Length} bytes for {block.Address:X8}", stop);
            written += block.Data.Length;
            confirmed?.Invoke(written);
        }
        await dfu.ToIdleAsync(stop);
    }

    /// <summary>What the device has there.</summary>
    public async Task<byte[]> ReadAsync(uint address, int length, Action<long>? read, CancellationToken stop)
    {
        byte[] all = new byte[length];
        if (map.Refusal(new(address, all), SectorRights.Read) is { } refusal)
        {
            throw new DfuException($"{dfu.Usb.Name}: {refusal}.");
        }
        if (!dfu.Interface.Abilities.HasFlag(DfuAbilities.Upload))
        {
            throw new DfuException(
                $"{dfu.Usb.Name} says that it cannot give its memory (attributes {(int)dfu.Interface.Abilities:X}; "
                + "bit 2 is needed).");
        }
        for (int at = 0; at < length;)
        {
            int part = Math.Min(dfu.BlockSize, length - at);
            await dfu.ToIdleAsync(stop);
            await CommandAsync(SetAddress, address + (uint)at, $"the address {address + (uint)at:X8}", stop);

            // Uploading begins only in dfuIDLE.
            dfu.Abort();
            int came = dfu.ReadBlock(DataBlock, all.AsSpan(at, part));
            if (came != part)
            {
                throw new DfuException(
                    $"{dfu.Usb.Name} gives {came} of {part} bytes at {address + (uint)at:X8}; its memory string says "
                        + "that they can be read. The chip may be protected against reading: it can be written, and "
                        + "not backed up or compared.");
            }
            at += part;
            read?.Invoke(at);
        }
        await dfu.ToIdleAsync(stop);
        return all;
    }

    /// <summary>The commands the device knows, as it lists them in block 0.</summary>
    public async Task<byte[]> CommandsAsync(CancellationToken stop)
    {
        await dfu.ToIdleAsync(stop);
        byte[] bytes = new byte[dfu.BlockSize];
        int came = dfu.ReadBlock(0, bytes);
        await dfu.ToIdleAsync(stop);
        return bytes[..came];
    }

    /// <summary>Starts the program at that address; the device leaves the bus.</summary>
    public async Task LeaveAsync(uint entry, CancellationToken stop)
    {
        await dfu.ToIdleAsync(stop);
        await CommandAsync(SetAddress, entry, $"the address {entry:X8} to start from", stop);
        dfu.Leave(stop);
    }

    private async Task CommandAsync(byte command, uint address, string doing, CancellationToken stop)
    {
        byte[] bytes = new byte[5];
        bytes[0] = command;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(1), address);
        await dfu.WriteBlockAsync(0, bytes, doing, stop);
    }
}
