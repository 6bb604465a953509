using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama;

/// <summary>
/// The share path's own parts: what goes into the ring and the log comes out again, after a crash too.
/// </summary>
internal static class StoreChecks
{
    public static IEnumerable<(string Name, Func<string?> Check)> All() =>
    [
        ("ring keeps order", Ring),
        ("share log round trip and torn tail", Log),
    ];

    private static string? Ring()
    {
        HandoffRing<long> ring = new(64);
        long[] taken = new long[64];
        for (long next = 0; next < 1_000; next += 40)
        {
            for (long item = next; item < next + 40; item++)
            {
                if (!ring.TryEnqueue(item))
                {
                    return $"full at {item}";
                }
            }
            if (ring.Dequeue(taken) != 40 || taken[0] != next || taken[39] != next + 39)
            {
                return $"wrong items after {next}";
            }
        }
        return null;
    }

    private static string? Log()
    {
        string directory = Directory.CreateTempSubdirectory("otedama-selftest-").FullName;
        try
        {
            ShareLogOptions options = new() { Directory = directory, SegmentBytes = 64 * 1024 };
            ShareRecord share = new() { TimeMs = 1, AccountId = 2, JobId = 3, Height = 4, Algorithm = Algorithm.Sha256d, Work = 5, HashTop = ulong.MaxValue };
            using (ShareLog log = ShareLog.Open(options, NullLogger.Instance, static _ => { }))
            {
                log.TryAppend([share, share]);
                log.Commit();
            }
            TearTail(directory);
            List<ShareRecord> replayed = [];
            using (ShareLog.Open(options, NullLogger.Instance, record => replayed.Add(ShareRecord.Read(record.Payload))))
            {
                return replayed.Count == 2 && replayed.TrueForAll(read => read.Equals(share))
                    ? null
                    : $"{replayed.Count} shares came back of 2, or they changed";
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Part of a record after the last one, whose last byte is not zero: what a power cut leaves.</summary>
    private static void TearTail(string directory)
    {
        string segment = Directory.EnumerateFiles(directory, "shares-*.log").Single();
        byte[] bytes = File.ReadAllBytes(segment);
        int end = Array.FindLastIndex(bytes, static b => b != 0) + 1;
        using FileStream file = new(segment, FileMode.Open, FileAccess.Write);
        file.Position = end;
        file.Write("torn"u8);
    }
}
