using System.IO.Pipelines;
using System.Net.Security;
using System.Text;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

/// <summary>A TLS client talks to the pipe through memory; the test is the engine.</summary>
public sealed class TlsPipeTests : ITlsPipeUser
{
    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();
    private readonly StringBuilder _plain = new();
    private readonly TlsPipe _pipe;
    private CloseReason? _ended;
    private int _threadOfFeed;

    public TlsPipeTests() => _pipe = new TlsPipe(TestCertificate.Make(), this);

    [Fact]
    public async Task Bytes_go_both_ways_and_the_end_is_told_once()
    {
        Task engine = FeedAsync(pieces: int.MaxValue);
        await using SslStream client = await ConnectAsync();
        await client.WriteAsync("{\"id\":1}\n{\"id\":2}\n"u8.ToArray());
        await Patience.UntilAsync(() => _plain.Length == 18, "the lines");
        Assert.Equal("{\"id\":1}\n{\"id\":2}\n", _plain.ToString());
        Assert.True(_pipe.TryEncrypt(Encoding.ASCII.GetBytes("{\"result\":true}\n")));
        await _toClient.Writer.FlushAsync();
        byte[] answer = new byte[16];
        await client.ReadExactlyAsync(answer);
        Assert.Equal("{\"result\":true}\n", Encoding.ASCII.GetString(answer));
        Assert.Null(_ended);
        await client.ShutdownAsync();
        await _toServer.Writer.CompleteAsync();
        await engine;
        Assert.Equal(CloseReason.PeerClosed, _ended);
        Assert.False(_pipe.TryEncrypt(new byte[1]));
    }

    [Fact]
    public async Task A_handshake_byte_by_byte_is_understood_too()
    {
        _ = FeedAsync(pieces: 1);
        await using SslStream client = await ConnectAsync();
        await client.WriteAsync("{}\n"u8.ToArray());
        await Patience.UntilAsync(() => _plain.Length == 3, "the line");
        Assert.True(_pipe.IsOpen);
        Assert.Null(_ended);
    }

    [Fact]
    public void What_is_no_tls_ends_the_pipe_within_the_call()
    {
        _pipe.Feed("GET / HTTP/1.1\r\n\r\n"u8);
        Assert.Equal(CloseReason.TlsFailed, _ended);
        Assert.False(_pipe.IsOpen);
        _pipe.Feed("more"u8);
        _pipe.End();
        Assert.Equal(0, _plain.Length);
    }

    [Fact]
    public void An_end_in_the_middle_of_a_handshake_is_a_failed_one()
    {
        _pipe.Feed([0x16, 3, 1, 0, 200, 1]);
        Assert.Null(_ended);
        _pipe.End();
        Assert.Equal(CloseReason.TlsFailed, _ended);
    }

    void ITlsPipeUser.OnTlsPlain(ReadOnlySpan<byte> plain)
    {
        Assert.Equal(_threadOfFeed, Environment.CurrentManagedThreadId);
        _plain.Append(Encoding.ASCII.GetString(plain));
    }

    void ITlsPipeUser.OnTlsCipher(ReadOnlySpan<byte> cipher) => cipher.CopyTo(Take(cipher.Length));

    void ITlsPipeUser.OnTlsEnd(CloseReason reason)
    {
        Assert.Null(_ended);
        _ended = reason;
    }

    private Span<byte> Take(int length)
    {
        Span<byte> room = _toClient.Writer.GetSpan(length);
        _toClient.Writer.Advance(length);
        return room;
    }

    private async Task<SslStream> ConnectAsync()
    {
        SslStream client = new(new BothWays(_toClient.Reader.AsStream(), _toServer.Writer.AsStream()), false, (_, _, _, _) => true);
        await client.AuthenticateAsClientAsync("localhost").WaitAsync(Patience.Limit);
        return client;
    }

    private async Task FeedAsync(int pieces)
    {
        while (true)
        {
            ReadResult read = await _toServer.Reader.ReadAsync();
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                for (int i = 0; i < segment.Length; i += Math.Min(pieces, segment.Length))
                {
                    _threadOfFeed = Environment.CurrentManagedThreadId;
                    _pipe.Feed(segment.Span[i..Math.Min(segment.Length, i + Math.Min(pieces, segment.Length))]);
                }
            }
            _toServer.Reader.AdvanceTo(read.Buffer.End);
            await _toClient.Writer.FlushAsync();
            if (read.IsCompleted)
            {
                _pipe.End();
                return;
            }
        }
    }

    private sealed class BothWays(Stream reads, Stream writes) : Stream
    {
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
            reads.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            writes.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => writes.FlushAsync(cancellationToken);

        public override void Flush() => writes.Flush();

        public override int Read(byte[] buffer, int offset, int count) => reads.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => writes.Write(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
