using System.Buffers.Binary;

namespace Otedama.Pool;

/// <summary>What a look at a whole share log found.</summary>
/// <param name="SegmentFirst">Number of the oldest segment; 0 when there is none.</param>
/// <param name="Records">Intact records in them.</param>
/// <param name="TornBytes">Bytes of an interrupted last write, which the next start sets aside.</param>
/// <param name="LostAtEnd">Acknowledged records at the very end that are gone.</param>
/// <param name="Snapshots">Sentences about snapshots that cannot be used.</param>
public sealed record LogReport(
    uint SegmentFirst,
    uint SegmentLast,
    long Records,
    int TornBytes,
    int LostAtEnd,
    IReadOnlyList<LogDamage> Damages,
    IReadOnlyList<string> Snapshots)
{
    public bool IsGood => Damages.Count == 0 && LostAtEnd == 0 && Snapshots.Count == 0;
}

/// <summary>What a repair did: the places that were damaged, and where the files of before are kept.</summary>
/// <param name="Copies">Copies of the damaged files, in order.</param>
public sealed record LogRepairReport(IReadOnlyList<LogDamage> Repaired, IReadOnlyList<string> Copies, LogReport After);

/// <summary>
/// Looks at a share log that nobody uses, and makes a damaged one usable again by skipping exactly what is damaged. A
/// record of type Lost then lies over it, so that the numbers of the others stay what they are.
/// </summary>
public static class LogRepair
{
    private const int LostFrameBytes = LogFormat.FrameHeaderLength + sizeof(uint);
    private const int FillBytesMax = 1 << 20;

    /// <summary>Changes nothing. Throws LogException when there is no log or another process has it.</summary>
    public static LogReport Check(IFiles files, string directory)
    {
        using IDisposable held = Hold(files, directory);
        return Look(files, directory);
    }

    /// <summary>
    /// Keeps a copy of every file it changes. Throws LogException when it cannot repair; files are then as they were or
    /// their copies are named in the message.
    /// </summary>
    public static LogRepairReport Repair(IFiles files, string directory)
    {
        using IDisposable held = Hold(files, directory);
        LogReport before = Look(files, directory);
        List<string> copies = [];
        foreach (string path in before.Damages.Select(damage => damage.Path).Distinct().Where(files.Exists))
        {
            copies.Add(files.KeepCopy(path, "damaged", files.ReadWhole(path)));
        }
        foreach (LogDamage damage in before.Damages)
        {
            Mend(files, directory, damage);
        }
        if (before.LostAtEnd > 0)
        {
            ForgetMark(files, directory);
        }
        new LogSnapshots(files, directory).SetDamagedAside(copies.Add);
        LogReport after = Look(files, directory);
        if (after.Damages.Count > 0)
        {
            throw new LogException(
                $"share log {directory}: could not be repaired: {after.Damages[0].Text}. The files of before are kept as "
                + $"{string.Join(", ", copies)}; restore the log from a backup.");
        }
        return new LogRepairReport(before.Damages, copies, after);
    }

    /// <summary>The log for this process, as long as the answer is not disposed.</summary>
    internal static IDisposable Hold(IFiles files, string directory)
    {
        if (LogDirectory.Segments(files, directory).Count == 0)
        {
            throw new LogException($"share log {directory}: there is none. Name the data directory of the pool.");
        }
        IDisposable held = LogDirectory.Lock(files, directory);
        try
        {
            LogDirectory.CheckVersion(files, directory);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static LogReport Look(IFiles files, string directory)
    {
        IReadOnlyList<uint> segments = LogDirectory.Segments(files, directory);
        LogWalk walk = new(files, directory);
        long records = 0;
        LogPosition from = LogDirectory.StartOf(files, directory, segments[0]);
        walk.Run(from, segments[^1], _ => { }, every: _ => records++);
        return new LogReport(
            segments[0], segments[^1], records, walk.TornBytes, walk.LostAtEnd, walk.Damages,
            new LogSnapshots(files, directory).Verify());
    }

    private static void Mend(IFiles files, string directory, LogDamage damage)
    {
        switch (damage.Fault)
        {
            case LogFault.Records:
                using (IFile file = files.Open(damage.Path))
                {
                    Cover(file, damage);
                    file.Flush();
                }
                break;
            case LogFault.Header:
                using (IFile file = files.Open(damage.Path))
                {
                    WriteHeader(file, damage);
                    file.Flush();
                }
                break;
            case LogFault.MissingSegment when damage.Segment < LogDirectory.Segments(files, directory)[^1]:
                MakeSegment(files, directory, damage);
                break;
            default:
                ForgetMark(files, directory);
                break;
        }
    }

    /// <summary>What is missing at the end has no place in the log; the mark begins anew where the log ends.</summary>
    private static void ForgetMark(IFiles files, string directory)
    {
        files.Delete(CommitMark.PathIn(directory));
        files.SyncFolder(directory);
    }

    private static void WriteHeader(IFile file, LogDamage damage)
    {
        Span<byte> header = stackalloc byte[LogFormat.SegmentHeaderLength];
        LogFormat.WriteSegmentHeader(header, damage.Segment, damage.FirstLost);
        file.Write(header, 0);
    }

    private static void MakeSegment(IFiles files, string directory, LogDamage damage)
    {
        byte[] bytes = new byte[LogFormat.SegmentHeaderLength + LostFrameBytes];
        LogFormat.WriteSegmentHeader(bytes, damage.Segment, damage.FirstLost);
        if (damage.RecordsLost > 0)
        {
            SealLost(bytes.AsSpan(LogFormat.SegmentHeaderLength), damage.FirstLost, damage.RecordsLost);
        }
        files.WriteWhole(LogDirectory.SegmentPath(directory, damage.Segment), bytes);
    }

    /// <summary>
    /// Over the damaged bytes up to the next intact record, or to the zeros at the segment's end. The first of several
    /// frames says what is lost, the others only fill.
    /// </summary>
    private static void Cover(IFile file, LogDamage damage)
    {
        byte[] bytes = new byte[damage.Bytes];
        int behind = damage.Offset + damage.Bytes;
        bool isAtEnd = file.LastNonZero(behind, (int)file.Length) < behind;
        if (isAtEnd && damage.RecordsLost > 0)
        {
            int length = Math.Min(LostFrameBytes, (int)file.Length - damage.Offset);
            bytes = new byte[Math.Max(damage.Bytes, length)];
            CheckRoom(length, damage);
            SealLost(bytes.AsSpan(0, length), damage.FirstLost, damage.RecordsLost);
        }
        for (int at = 0; !isAtEnd && at < bytes.Length;)
        {
            int rest = bytes.Length - at;
            int length = rest > 2 * FillBytesMax ? FillBytesMax : rest;
            CheckRoom(length, damage);
            uint first = at == 0 ? damage.FirstLost : unchecked(damage.FirstLost + damage.RecordsLost);
            SealLost(bytes.AsSpan(at, length), first, at == 0 ? damage.RecordsLost : 0);
            at += length;
        }
        file.Write(bytes, damage.Offset);
    }

    /// <summary>A lost record left 16 bytes at least; fewer mean that two damages meet.</summary>
    private static void CheckRoom(int length, LogDamage damage)
    {
        if (length < LogFormat.FrameHeaderLength || (length < LostFrameBytes && damage.RecordsLost != 1))
        {
            throw new LogException(
                $"share log: {damage.Path} cannot be repaired at byte {damage.Offset}: {length} bytes are no room for "
                + $"{damage.RecordsLost} lost records. Restore it from a backup.");
        }
    }

    private static void SealLost(Span<byte> frame, uint first, uint count)
    {
        if (frame.Length >= LostFrameBytes)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(frame[LogFormat.FrameHeaderLength..], count);
        }
        LogFormat.SealFrame(frame, LogRecordType.Lost, 1, LogFormat.EarlierUnknown, first);
    }
}
