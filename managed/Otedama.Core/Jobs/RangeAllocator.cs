using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Otedama.Core;

/// <summary>
/// Cuts the search space of one upstream connection into ranges nobody else has. Local workers get nonce slices under
/// (extranonce 2, version group) pairs. Remote miners and ASICs get whole extranonce prefixes from the upper half of
/// the same space, which local ranges never touch. The extranonce 2 counter lives as long as the connection and is
/// never reset by a job, so that even an upstream that repeats a coinbase under a new job id sees no work twice.
/// Pure state, no clock; not thread-safe: the dispatcher owns it.
/// </summary>
public sealed class RangeAllocator : IRangeSource, IPrefixSource
{
    /// <summary>Header versions one range may roll through; the native scan shares the message schedule among them.</summary>
    public const int VersionsMax = 8;

    /// <summary>Extranonce 2 longer than this many bytes is zero-padded on the left; 2^64 values outlast any job.</summary>
    private const int CountedBytesMax = 8;

    /// <summary>Leading extranonce 2 bytes that identify a leased prefix: 2 give 32,768 leases.</summary>
    private const int PrefixBytesMax = 2;

    private const ulong NonceSpace = 1UL << 32;

    private readonly byte[] _extranonce1;
    private readonly int _prefixLength;
    private readonly UInt128 _localValues;        // extranonce 2 values local ranges may use: 0 .. this - 1
    private readonly Queue<uint> _returned = [];  // oldest first: the longest pause before a prefix is used again
    private readonly HashSet<uint> _leased = [];
    private uint _prefixesOpened;

    private ulong _next;                          // the next extranonce 2, never reset
    private uint _jobId;
    private bool _hasJob;
    private UInt128 _jobTaken;                    // extranonce 2 values the current job has used
    private ulong _extranonce2;                   // the one being cut up
    private ulong _group;
    private ulong _nonce = NonceSpace;            // NonceSpace: the current version group is used up
    private int _groupBits;

    /// <summary>extranonce2Length: 1 to 16 bytes, as the upstream said.</summary>
    public RangeAllocator(ReadOnlySpan<byte> extranonce1, int extranonce2Length)
    {
        if (extranonce2Length is < 1 or > 16 || extranonce1.Length + extranonce2Length > Extranonce.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(extranonce2Length),
                $"extranonce 2 of {extranonce2Length} bytes after {extranonce1.Length} bytes of extranonce 1: "
                + $"allowed are 1 to 16, together at most {Extranonce.MaxLength}");
        }
        _extranonce1 = extranonce1.ToArray();
        Extranonce2Length = extranonce2Length;
        _prefixLength = Math.Min(PrefixBytesMax, extranonce2Length - 1);
        UInt128 values = UInt128.One << (8 * Math.Min(extranonce2Length, CountedBytesMax));
        // Up to 8 bytes the counter reaches the prefix bytes, so leases own its upper half; above, padding separates them.
        _localValues = _prefixLength > 0 && extranonce2Length <= CountedBytesMax ? values / 2 : values;
    }

    /// <summary>Extranonce 1 the upstream gave; every range begins with it.</summary>
    public ReadOnlyMemory<byte> Extranonce1 => _extranonce1;

    public int Extranonce2Length { get; }

    /// <summary>
    /// The next slice of at most nonceCountMax nonces of a job, with up to versionsMax versions inside the job's mask.
    /// False when the job has used every local extranonce 2 value: the caller waits for the next job. Throws
    /// ArgumentException for a job older than the last one asked for.
    /// </summary>
    public bool TryTake(Job job, Target target, ulong nonceCountMax, int versionsMax, [NotNullWhen(true)] out WorkRange? range)
    {
        ArgumentOutOfRangeException.ThrowIfZero(nonceCountMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(versionsMax, 1);
        (uint version, uint mask) = job.Recipe.Rolling;
        BeginJob(job);

        range = null;
        if (_nonce == NonceSpace && !NextGroup(mask, versionsMax))
        {
            return false;
        }
        ulong count = Math.Min(nonceCountMax, NonceSpace - _nonce);
        range = new WorkRange
        {
            Job = job,
            Extranonce = Compose(_extranonce2),
            NonceFirst = _nonce,
            NonceCount = count,
            Versions = GroupVersions(version, mask),
            Target = target,
        };
        _nonce += count;
        return true;
    }

    public bool TryLeasePrefix(out ReadOnlyMemory<byte> prefix, out int rest)
    {
        prefix = default;
        rest = Extranonce2Length - _prefixLength;
        uint upperHalf = _prefixLength == 0 ? 0 : 1u << ((8 * _prefixLength) - 1);
        uint number;
        if (_prefixesOpened < upperHalf)
        {
            number = upperHalf + _prefixesOpened++;
        }
        else if (!_returned.TryDequeue(out number))
        {
            return false;
        }
        _leased.Add(number);
        byte[] bytes = new byte[_extranonce1.Length + _prefixLength];
        _extranonce1.CopyTo(bytes, 0);
        WriteBigEndian(number, bytes.AsSpan(_extranonce1.Length));
        prefix = bytes;
        return true;
    }

    public void ReturnPrefix(ReadOnlySpan<byte> prefix)
    {
        uint number = 0;
        if (prefix.Length == _extranonce1.Length + _prefixLength && prefix.StartsWith(_extranonce1))
        {
            foreach (byte b in prefix[_extranonce1.Length..])
            {
                number = (number << 8) | b;
            }
        }
        if (!_leased.Remove(number))
        {
            throw new ArgumentException($"prefix {Hex.Encode(prefix)} is not leased", nameof(prefix));
        }
        _returned.Enqueue(number);
    }

    private void BeginJob(Job job)
    {
        if (_hasJob && job.Id == _jobId)
        {
            return;
        }
        if (_hasJob && job.Id < _jobId)
        {
            throw new ArgumentException($"job {job.Id:x8} is older than {_jobId:x8}: its ranges are gone", nameof(job));
        }
        _hasJob = true;
        _jobId = job.Id;
        _jobTaken = 0;
        _nonce = NonceSpace;
        _group = ulong.MaxValue;
    }

    /// <summary>Moves to the next version group, or to the next extranonce 2 when the groups are through.</summary>
    private bool NextGroup(uint mask, int versionsMax)
    {
        bool fresh = _group == ulong.MaxValue;
        if (fresh)
        {
            // Fixed for the whole job: groups of different sizes would overlap.
            int sizeBits = BitOperations.Log2((uint)Math.Min(versionsMax, VersionsMax));
            _groupBits = Math.Min(sizeBits, BitOperations.PopCount(mask));
        }
        ulong groups = 1UL << (BitOperations.PopCount(mask) - _groupBits);
        if (!fresh && _group + 1 < groups)
        {
            _group++;
            _nonce = 0;
            return true;
        }
        if (_jobTaken >= _localValues)
        {
            return false;
        }
        _extranonce2 = _next;
        _next = _next == (ulong)(_localValues - 1) ? 0 : _next + 1;
        _jobTaken++;
        _group = 0;
        _nonce = 0;
        return true;
    }

    private uint[] GroupVersions(uint version, uint mask)
    {
        uint[] versions = new uint[1 << _groupBits];
        for (int i = 0; i < versions.Length; i++)
        {
            // Exclusive or: index 0 is the job's own version, and every index still gives another one.
            versions[i] = version ^ Deposit((_group << _groupBits) + (uint)i, mask);
        }
        return versions;
    }

    /// <summary>Spreads the low bits of value over the set bits of mask, lowest first.</summary>
    private static uint Deposit(ulong value, uint mask)
    {
        uint result = 0;
        for (; mask != 0; mask &= mask - 1, value >>= 1)
        {
            if ((value & 1) != 0)
            {
                result |= 1u << BitOperations.TrailingZeroCount(mask);
            }
        }
        return result;
    }

    private byte[] Compose(ulong extranonce2)
    {
        byte[] bytes = new byte[_extranonce1.Length + Extranonce2Length];
        _extranonce1.CopyTo(bytes, 0);
        WriteBigEndian(extranonce2, bytes.AsSpan(_extranonce1.Length));
        return bytes;
    }

    private static void WriteBigEndian(ulong value, Span<byte> destination)
    {
        for (int i = destination.Length - 1; i >= 0; i--)
        {
            destination[i] = unchecked((byte)value);
            value >>= 8;
        }
    }
}
