using System.IO.Pipelines;
using System.Net;
using Otedama.Tests.Wire;
using Otedama.Wire;

namespace Otedama.Tests.Simulation;

/// <summary>The simulated engine does what every engine does: else a simulation proves nothing about the real one.</summary>
public sealed class SimEngineTests : TransportConformance
{
    private readonly SimSchedule _schedule = new();
    private readonly SimNetwork _network;

    public SimEngineTests()
    {
        _network = new SimNetwork(_schedule, new SeededRandom(7));
        Engine = _network.EngineOf(new SimLife(_schedule, "pool"));
    }

    protected override ITransportEngine Engine { get; }

    protected override Task<Stream> ConnectAsync(IPEndPoint endpoint) => Task.FromResult<Stream>(new MinerEnd(this));

    /// <summary>Nothing outlives a simulation, and another thread may not touch it.</summary>
    protected override void End()
    {
    }

    /// <summary>A minute is more than anything needs to arrive.</summary>
    protected override void Settle()
    {
        long until = _schedule.Now + TimeSpan.FromMinutes(1).Ticks;
        while (_schedule.RunNext(until))
        {
        }
    }

    /// <summary>The miner's end of a wire as a stream; whatever is done with it, the network moves.</summary>
    private sealed class MinerEnd : Stream
    {
        private readonly SimEngineTests _test;
        private readonly SimWire _wire;
        private readonly Pipe _received = new();

        public MinerEnd(SimEngineTests test)
        {
            _test = test;
            _wire = test._network.Connect(
                new SimLife(test._schedule, "miner"),
                new IPEndPoint(IPAddress.Loopback, 40_000),
                static () => { },
                Received,
                () => _received.Writer.Complete());
            test.Settle();
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _received.Reader.AsStream().ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _wire.Send(buffer.ToArray());
            _test.Settle();
            return ValueTask.CompletedTask;
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read asynchronously");

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write asynchronously");

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _wire.Close();
            _test.Settle();
            base.Dispose(disposing);
        }

        private void Received(ReadOnlyMemory<byte> bytes)
        {
            bytes.Span.CopyTo(_received.Writer.GetSpan(bytes.Length));
            _received.Writer.Advance(bytes.Length);
            _ = _received.Writer.FlushAsync();
        }
    }
}
