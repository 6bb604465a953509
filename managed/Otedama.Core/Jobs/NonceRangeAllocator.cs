using System.Diagnostics.CodeAnalysis;

namespace Otedama.Core;

/// <summary>
/// Ranges of a 64-bit nonce under the prefix that the upstream gave. The counter lives as long as the connection, so
/// that a header repeated under another job id is not searched twice.
/// </summary>
public sealed class NonceRangeAllocator : IRangeSource
{
    private const int NonceBytes = 8;

    private readonly byte[] _prefix;
    private readonly ulong _base;
    private readonly UInt128 _space;
    private ulong _next;
    private uint _jobId;
    private bool _hasJob;
    private UInt128 _jobTaken;

    /// <summary>prefix: the leading bytes of every nonce, 0 to 7.</summary>
    public NonceRangeAllocator(ReadOnlySpan<byte> prefix)
    {
        if (prefix.Length >= NonceBytes)
        {
            throw new ArgumentOutOfRangeException(nameof(prefix), $"a nonce prefix of {prefix.Length} bytes leaves nothing to search; 0 to 7 are allowed");
        }
        _prefix = prefix.ToArray();
        int bits = 8 * (NonceBytes - prefix.Length);
        _space = UInt128.One << bits;
        UInt128 value = 0;
        foreach (byte b in prefix)
        {
            value = (value << 8) | b;
        }
        _base = (ulong)(value << bits);
    }

    public bool TryTake(Job job, Target target, ulong nonceCountMax, int versionsMax, [NotNullWhen(true)] out WorkRange? range)
    {
        ArgumentOutOfRangeException.ThrowIfZero(nonceCountMax);
        if (!_hasJob || job.Id != _jobId)
        {
            (_hasJob, _jobId, _jobTaken) = (true, job.Id, 0);
        }
        range = null;
        UInt128 left = UInt128.Min(_space - _next, _space - _jobTaken);
        if (left == UInt128.Zero)
        {
            return false;
        }
        ulong count = (ulong)UInt128.Min(left, nonceCountMax);
        range = new WorkRange
        {
            Job = job,
            Extranonce = _prefix,
            NonceFirst = _base + _next,
            NonceCount = count,
            Versions = [0],
            Target = target,
        };
        _jobTaken += count;
        UInt128 next = (UInt128)_next + count;
        _next = next == _space ? 0 : (ulong)next;
        return true;
    }
}
