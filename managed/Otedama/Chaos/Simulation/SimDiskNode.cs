namespace Otedama;

/// <summary>One file of a simulated disk: what programs see, and what a power cut leaves of it.</summary>
internal sealed class SimDiskNode
{
    private const int SectorBytes = 512;

    private readonly SortedSet<int> _unsafe = []; // sectors written since the last flush
    private byte[] _safe = [];

    public byte[] Bytes { get; private set; } = [];

    /// <summary>When it was made or last written, ticks.</summary>
    public long ChangedAt { get; set; }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (Bytes.Length < offset + bytes.Length)
        {
            byte[] longer = new byte[offset + bytes.Length];
            Bytes.CopyTo(longer, 0);
            Bytes = longer;
        }
        bytes.CopyTo(Bytes.AsSpan((int)offset));
        for (long sector = offset / SectorBytes; sector * SectorBytes < offset + bytes.Length; sector++)
        {
            _unsafe.Add((int)sector);
        }
    }

    public void Flush()
    {
        if (_safe.Length != Bytes.Length)
        {
            Array.Resize(ref _safe, Bytes.Length);
        }
        foreach (int sector in _unsafe)
        {
            CopySector(_safe, sector);
        }
        _unsafe.Clear();
    }

    /// <summary>
    /// A flush that failed: pages the system could not write are clean from now on, so that the next flush says all
    /// is well
    /// while the disk never gets them.
    /// </summary>
    public void FailFlush(SeededRandom random) => _unsafe.RemoveWhere(_ => random.Chance(0.5));

    /// <summary>The file when the power is back: each sector and the new length made it, or not.</summary>
    public SimDiskNode AfterPowerCut(SeededRandom random)
    {
        byte[] found = new byte[random.Chance(0.5) ? Math.Max(Bytes.Length, _safe.Length) : _safe.Length];
        _safe.AsSpan(0, Math.Min(_safe.Length, found.Length)).CopyTo(found);
        foreach (int sector in _unsafe)
        {
            if (random.Chance(0.5))
            {
                CopySector(found, sector);
            }
        }
        return new SimDiskNode { Bytes = found, _safe = (byte[])found.Clone(), ChangedAt = ChangedAt };
    }

    /// <summary>The file when only the process died: the system still has everything.</summary>
    public SimDiskNode AfterKill()
    {
        Flush();
        return new SimDiskNode { Bytes = Bytes, _safe = (byte[])Bytes.Clone(), ChangedAt = ChangedAt };
    }

    private void CopySector(byte[] to, int sector)
    {
        int start = sector * SectorBytes;
        int length = Math.Min(SectorBytes, Math.Min(to.Length, Bytes.Length) - start);
        if (length > 0)
        {
            Bytes.AsSpan(start, length).CopyTo(to.AsSpan(start));
        }
    }
}
