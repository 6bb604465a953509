using Otedama.Asic;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;

namespace Otedama.Tests.Asic;

/// <summary>
/// Simulated chips that find blocks in a test's time: beside the chips a thread searches the newest job with this machine's native
/// code for the network's own target, and what it finds the chips know as soon as they are given that job again, which they
/// are. The bytes between driver and chips stay those of chips.
/// </summary>
internal sealed class NativeFinder : ISimulatedDevice, IDisposable
{
    private const int JobFrame = 88;

    private static readonly byte[] s_head = [0x55, 0xAA, 0x21];

    private readonly SimulatedChain _chain;
    private readonly Lock _gate = new();
    private readonly List<byte> _pending = [];
    private readonly Thread _thread;
    private readonly NativeScanEngine _engine = new(PowEngine.Create(Algorithm.Sha256d));
    private volatile byte[]? _newest;
    private volatile bool _ending;
    private int _rate;

    public NativeFinder(SimulatedChain chain)
    {
        _chain = chain;
        _thread = new Thread(Search) { IsBackground = true, Name = "native finder" };
        _thread.Start();
    }

    public int BlocksFound { get; private set; }

    public void Receive(ReadOnlySpan<byte> bytes, int rate)
    {
        lock (_gate)
        {
            _rate = rate;
            _chain.Receive(bytes, rate);
            _pending.AddRange(bytes);
            while (_pending.Count >= s_head.Length)
            {
                byte[] seen = [.. _pending.Take(JobFrame)];
                if (!seen.AsSpan().StartsWith(s_head))
                {
                    _pending.RemoveAt(0);
                }
                else if (seen.Length < JobFrame)
                {
                    break;
                }
                else
                {
                    _newest = seen;
                    _pending.RemoveRange(0, JobFrame);
                }
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
        _engine.Cancel();
        _thread.Join();
        _engine.Dispose();
    }

    private void Search()
    {
        PowHit[] hits = new PowHit[4];
        byte[]? frame = null;
        byte[] header = new byte[BlockHeader.Size];
        ulong next = 0;
        while (!_ending)
        {
            if (_newest is not { } newest)
            {
                Thread.Sleep(5);
                continue;
            }
            if (newest != frame || next >= 1UL << 32)
            {
                (frame, next) = (newest, 0);
                SimulatedJob job = SimulatedJob.FromFull(frame.AsSpan(4, JobFrame - 6));
                BitConverter.TryWriteBytes(header, job.Version);
                job.Fixed.CopyTo(header.AsSpan(4));
            }
            PowScan scan = _engine.Scan(
                new PowWork
                {
                    Data = header,
                    NonceFirst = next,
                    NonceCount = (1UL << 32) - next,
                    Target = Target.FromCompact(BitConverter.ToUInt32(header, 72)),
                },
                hits,
                TimeSpan.FromMilliseconds(100));
            next = scan.NonceNext;
            for (int i = 0; i < scan.HitCount; i++)
            {
                byte[] solved = [.. header];
                BitConverter.TryWriteBytes(solved.AsSpan(76), (uint)hits[i].Nonce);
                lock (_gate)
                {
                    BlocksFound++;
                    _chain.Answers.Add(solved);
                    _chain.Receive(frame, _rate);
                }
            }
        }
    }
}
