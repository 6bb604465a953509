namespace Otedama.Tests.Asic;

/// <summary>The power went while something was written.</summary>
internal sealed class PowerCutException : Exception;

/// <summary>
/// NOR flash of 16 MiB, kept by sectors: erasing makes a sector FFh, writing only clears bits. Each byte that changes hands
/// counts, and at a chosen count the power goes: a sector half erased, a page half written.
/// </summary>
internal sealed class SimulatedFlash
{
    public const int Size = 16 << 20;
    public const int Sector = 4096;

    private readonly Dictionary<int, byte[]> _sectors = [];

    /// <summary>Bytes erased and written so far.</summary>
    public long Work { get; private set; }

    /// <summary>The power goes when Work reaches it.</summary>
    public long CutAt { get; set; } = long.MaxValue;

    public SimulatedFlash Copy()
    {
        SimulatedFlash copy = new();
        foreach ((int sector, byte[] bytes) in _sectors)
        {
            copy._sectors[sector] = [.. bytes];
        }
        return copy;
    }

    public byte[] Read(int address, int length)
    {
        byte[] bytes = new byte[length];
        for (int done = 0; done < length;)
        {
            int sector = (address + done) / Sector;
            int at = (address + done) % Sector;
            int count = Math.Min(Sector - at, length - done);
            if (_sectors.TryGetValue(sector, out byte[]? there))
            {
                there.AsSpan(at, count).CopyTo(bytes.AsSpan(done));
            }
            else
            {
                bytes.AsSpan(done, count).Fill(0xFF);
            }
            done += count;
        }
        return bytes;
    }

    public void Erase(int sector)
    {
        if (Work + Sector > CutAt)
        {
            // Half erased: some cells have let go and some have not.
            byte[] half = SectorAt(sector);
            half.AsSpan(0, (int)(CutAt - Work)).Fill(0xFF);
            Work = CutAt;
            throw new PowerCutException();
        }
        _sectors.Remove(sector);
        Work += Sector;
    }

    public void Write(int address, ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            if (Work == CutAt)
            {
                throw new PowerCutException();
            }
            SectorAt((address + i) / Sector)[(address + i) % Sector] &= bytes[i];
            Work++;
        }
    }

    /// <summary>As a programmer on the bench does it: no count, no cut.</summary>
    public void Load(int address, ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            SectorAt((address + i) / Sector)[(address + i) % Sector] = bytes[i];
        }
    }

    private byte[] SectorAt(int sector)
    {
        if (!_sectors.TryGetValue(sector, out byte[]? bytes))
        {
            bytes = new byte[Sector];
            bytes.AsSpan().Fill(0xFF);
            _sectors[sector] = bytes;
        }
        return bytes;
    }
}
