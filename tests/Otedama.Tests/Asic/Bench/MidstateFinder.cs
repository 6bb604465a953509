using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Otedama.Core;

namespace Otedama.Tests.Asic;

/// <summary>
/// Simulated chips that are given midstates (BM1397) and find blocks in a test's time: beside them a thread searches the
/// newest job for the network's own target with libcrypto's compression, since from a midstate there is no way back to the
/// header that this machine's native code wants. What it finds the chips know as soon as they are given that job again,
/// which they are. The bytes between driver and chips stay those of chips.
/// </summary>
internal sealed partial class MidstateFinder : ISimulatedDevice, IDisposable
{
    private const int HashesAtOnce = 200_000, StateWords = 8, ContextWords = 28, BlockBytes = 64;

    /// <summary>A job that old is nobody's any more: the program that sent it has ended.</summary>
    private static readonly TimeSpan s_jobLife = TimeSpan.FromSeconds(10);

    private static readonly byte[] s_head = [0x55, 0xAA, 0x21];

    private static readonly uint[] s_initial =
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    private readonly SimulatedChain _chain;
    private readonly Lock _gate = new();
    private readonly List<byte> _pending = [];
    private readonly Thread _thread;
    private volatile byte[]? _newest;
    private volatile bool _ending, _searching;
    private long _newestAt;
    private int _rate;

    public MidstateFinder(SimulatedChain chain)
    {
        _chain = chain;
        _thread = new Thread(Search) { IsBackground = true, Name = "midstate finder" };
        _thread.Start();
    }

    public int BlocksFound { get; private set; }

    /// <summary>Whether it looks for blocks; at first it does not.</summary>
    public bool IsSearching
    {
        get => _searching;
        set => _searching = value;
    }

    public void Receive(ReadOnlySpan<byte> bytes, int rate)
    {
        lock (_gate)
        {
            _rate = rate;
            _chain.Receive(bytes, rate);
            _pending.AddRange(bytes);
            while (_pending.Count > 5)
            {
                if (!_pending.Take(s_head.Length).SequenceEqual(s_head) || _pending[5] is not (1 or 4))
                {
                    _pending.RemoveAt(0);
                    continue;
                }
                int length = 24 + (32 * _pending[5]);
                if (_pending.Count < length)
                {
                    break;
                }
                _newest = [.. _pending.Take(length)];
                Interlocked.Exchange(ref _newestAt, Stopwatch.GetTimestamp());
                _pending.RemoveRange(0, length);
            }
        }
    }

    public int Take(Span<byte> into, int rate)
    {
        lock (_gate)
        {
            return _chain.Take(into, rate);
        }
    }

    public void Dispose()
    {
        _ending = true;
        _thread.Join();
    }

    private void Search()
    {
        byte[]? frame = null;
        uint next = 0;
        while (!_ending)
        {
            if (!_searching || _newest is not { } newest || Stopwatch.GetElapsedTime(Interlocked.Read(ref _newestAt)) > s_jobLife)
            {
                Thread.Sleep(5);
                continue;
            }
            if (newest != frame)
            {
                (frame, next) = (newest, 0);
            }
            SimulatedJob job = SimulatedJob.FromMidstates(frame.AsSpan(4, frame.Length - 6));
            Target target = Target.FromCompact(BitConverter.ToUInt32(job.Tail[8..]));
            foreach (uint nonce in Likely(job, next))
            {
                if (target.IsMetBy(job.Hash(nonce, 0, 0)))
                {
                    Give(job, nonce, frame);
                }
            }
            next += HashesAtOnce;
        }
    }

    private void Give(SimulatedJob job, uint nonce, byte[] frame)
    {
        byte[] written = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(written, nonce);
        lock (_gate)
        {
            BlocksFound++;
            _chain.Answers.AddMidstate(job.State(0), job.Tail, written);
            _chain.Receive(frame, _rate);
        }
    }

    /// <summary>Nonces, as they lie in the header, of those from first on whose hash has 24 zero bits or more.</summary>
    private static List<uint> Likely(SimulatedJob job, uint first)
    {
        List<uint> found = [];
        Span<byte> state = job.State(0).ToArray();
        Span<uint> middle = stackalloc uint[StateWords];
        for (int i = 0; i < StateWords; i++)
        {
            middle[i] = BinaryPrimitives.ReadUInt32BigEndian(state[(4 * i)..]);
        }
        // A header's last 16 bytes and a digest, each with the end of its message: a bit, zeros, the length in bits.
        Span<byte> end = stackalloc byte[BlockBytes], digest = stackalloc byte[BlockBytes];
        end.Clear();
        digest.Clear();
        job.Tail.CopyTo(end);
        (end[16], digest[32]) = (0x80, 0x80);
        BinaryPrimitives.WriteUInt16BigEndian(end[62..], 640);
        BinaryPrimitives.WriteUInt16BigEndian(digest[62..], 256);
        Span<uint> context = stackalloc uint[ContextWords];
        context.Clear();
        for (uint nonce = first; nonce < first + HashesAtOnce; nonce++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(end[12..], nonce);
            middle.CopyTo(context);
            SHA256_Transform(ref MemoryMarshal.GetReference(context), in MemoryMarshal.GetReference(end));
            for (int i = 0; i < StateWords; i++)
            {
                BinaryPrimitives.WriteUInt32BigEndian(digest[(4 * i)..], context[i]);
            }
            s_initial.CopyTo(context);
            SHA256_Transform(ref MemoryMarshal.GetReference(context), in MemoryMarshal.GetReference(digest));
            if ((context[StateWords - 1] & 0xFFFFFF) == 0)
            {
                found.Add(nonce);
            }
        }
        return found;
    }

    /// <summary>The state of SHA-256 (its first eight words) after one more block.</summary>
    [LibraryImport("libcrypto.so.3")]
    [SuppressGCTransition]
    private static partial void SHA256_Transform(ref uint context, in byte block);
}
