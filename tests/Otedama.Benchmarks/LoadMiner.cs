using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>One connection of the load generator: finds real shares at a tiny difficulty and keeps a number in flight.</summary>
internal sealed class LoadMiner(IPEndPoint endpoint, string user, int outstanding) : IDisposable
{
    /// <summary>Hashes are good when their top two bytes are at most this: valid for every difficulty up to 3.5e-9 / 4.</summary>
    private const int TopBytesMax = 0x2a00;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly LineFramer _framer = new(LineFramer.PoolLineBytesMax);
    private readonly WireBuffer _out = new();
    private readonly Queue<long> _sentAt = new();
    private readonly byte[] _header = new byte[80];
    private byte[] _extranonce1 = [];
    private string _jobId = "";
    private uint _time;
    private uint _nonce;
    private int _handshakeReplies;
    private int _toSend;

    public List<double> LatencyMs { get; } = [];

    public int Accepted { get; private set; }

    public int Rejected { get; private set; }

    public string FirstError { get; private set; } = "";

    public bool HasJob => _jobId.Length > 0 && _handshakeReplies >= 2;

    public async Task LoginAsync(CancellationToken stop)
    {
        await _socket.ConnectAsync(endpoint, stop);
        StratumRequests.Subscribe(_out, 1, "load/1", "");
        StratumRequests.Authorize(_out, 2, user, "x");
        await FlushAsync(stop);
        byte[] buffer = new byte[8_192];
        while (!HasJob)
        {
            await ReadAsync(buffer, stop);
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        byte[] buffer = new byte[8_192];
        _toSend = outstanding;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                SubmitAll();
                await FlushAsync(stop);
                await ReadAsync(buffer, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    /// <summary>Ends when a job on this block has come.</summary>
    public async Task WaitForAsync(Hash256 previous, CancellationToken stop)
    {
        byte[] buffer = new byte[65_536];
        while (new Hash256(_header.AsSpan(4, Hash256.Size)) != previous)
        {
            await ReadAsync(buffer, stop);
        }
    }

    /// <summary>Sends one share on the newest job; Stopwatch's time just before its bytes went.</summary>
    public long SendOne()
    {
        StratumRequests.Submit(_out, 4, user, _jobId, new byte[8], _time, FindNonce(), null);
        long began = Stopwatch.GetTimestamp();
        _sentAt.Enqueue(began);
        _socket.Send(_out.Written);
        _out.Reset();
        return began;
    }

    /// <summary>Jobs that have come and that nobody has looked at; nothing is done with them.</summary>
    public int CountJobs()
    {
        Span<byte> buffer = stackalloc byte[16_384];
        int jobs = 0;
        while (_socket.Available > 0)
        {
            ReadOnlySpan<byte> bytes = buffer[.._socket.Receive(buffer)];
            while (_framer.Next(ref bytes, out ReadOnlySpan<byte> line) == LineStatus.Line)
            {
                jobs += line.IndexOf("\"mining.notify\""u8) >= 0 ? 1 : 0;
            }
        }
        return jobs;
    }

    public void Dispose() => _socket.Dispose();

    private async Task FlushAsync(CancellationToken stop)
    {
        if (_out.Length > 0)
        {
            await _socket.SendAsync(_out.WrittenMemory, stop);
            _out.Reset();
        }
    }

    private async Task ReadAsync(byte[] buffer, CancellationToken stop)
    {
        int count = await _socket.ReceiveAsync(buffer, stop);
        if (count == 0)
        {
            throw new IOException("the server closed the connection");
        }
        Take(buffer.AsSpan(0, count));
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        while (_framer.Next(ref bytes, out ReadOnlySpan<byte> line) == LineStatus.Line)
        {
            if (!StratumMessage.TryParse(line, out StratumMessage message))
            {
                throw new IOException("the server sent something that is no JSON");
            }
            if (message.Method == StratumMethod.Notify)
            {
                TakeJob(message.Params);
            }
            else if (message.IsReply)
            {
                TakeReply(in message);
            }
        }
    }

    private void TakeReply(in StratumMessage message)
    {
        if (_handshakeReplies < 2)
        {
            _handshakeReplies++;
            if (SubscribeResult.TryParse(message.Result, out SubscribeResult? subscribed))
            {
                _extranonce1 = subscribed!.Extranonce1;
            }
            return;
        }
        LatencyMs.Add(Stopwatch.GetElapsedTime(_sentAt.Dequeue()).TotalMilliseconds);
        _toSend++;
        if (message.Result.IsTrue)
        {
            Accepted++;
            return;
        }
        Rejected++;
        FirstError = FirstError.Length > 0 ? FirstError : message.Error.ToString();
    }

    private void TakeJob(JsonValue parameters)
    {
        if (!NotifyMessage.TryParse(parameters, out NotifyMessage? job, out string problem))
        {
            throw new IOException(problem);
        }
        _jobId = job!.JobId;
        _time = job.Time;
        byte[] root = SHA256.HashData(SHA256.HashData([.. job.CoinbasePrefix, .. _extranonce1, .. new byte[8], .. job.CoinbaseSuffix]));
        for (int at = 0; at < job.Branches.Length; at += 32)
        {
            root = SHA256.HashData(SHA256.HashData([.. root, .. job.Branches.AsSpan(at, 32)]));
        }
        BinaryPrimitives.WriteUInt32LittleEndian(_header, job.Version);
        job.PreviousHash.CopyTo(_header.AsSpan(4));
        root.CopyTo(_header, 36);
        BinaryPrimitives.WriteUInt32LittleEndian(_header.AsSpan(68), job.Time);
        BinaryPrimitives.WriteUInt32LittleEndian(_header.AsSpan(72), job.Bits);
        _nonce = 0;
    }

    private void SubmitAll()
    {
        for (; _toSend > 0; _toSend--)
        {
            uint nonce = FindNonce();
            StratumRequests.Submit(_out, 4, user, _jobId, new byte[8], _time, nonce, null);
            _sentAt.Enqueue(Stopwatch.GetTimestamp());
        }
    }

    private uint FindNonce()
    {
        Span<byte> hash = stackalloc byte[32];
        while (true)
        {
            uint nonce = _nonce++;
            BinaryPrimitives.WriteUInt32LittleEndian(_header.AsSpan(76), nonce);
            SHA256.HashData(_header, hash);
            SHA256.HashData(hash, hash);
            if ((hash[31] << 8 | hash[30]) <= TopBytesMax)
            {
                return nonce;
            }
        }
    }
}
