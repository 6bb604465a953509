using System.Buffers.Binary;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// Histories without end: one node asks for the chain and the other answers as fast as the link takes it, through
/// sessions, queues, frames, TLS and TCP.
/// </summary>
internal sealed class LinkThroughput : IDisposable
{
    private readonly BenchNode _asker;
    private readonly BenchNode _teller;
    private readonly LoopbackLinks _links;
    private readonly byte[] _body = Body();
    private PeerSession? _telling;
    private uint _question;
    private int _wishes; // to send more; who raises it from 0 sends
    private long _received;
    private volatile bool _isOver;

    private LinkThroughput()
    {
        _asker = new BenchNode { OnFrame = Take };
        _teller = new BenchNode { OnFrame = Answer, OnSent = Tell };
        _links = new LoopbackLinks(_teller.Identity, _teller, TimeProvider.System);
    }

    public static async Task<PeerBench.Measured[]> MeasureAsync(PeerBenchOptions options)
    {
        LinkThroughput[] all = [.. Enumerable.Range(0, options.Connections).Select(static _ => new LinkThroughput())];
        List<LoopbackLink> links = [];
        foreach (LinkThroughput one in all)
        {
            links.Add(await one.BeginAsync());
        }
        await Task.Delay(options.Repeat / 2);
        PeerBench.Measured[] samples = new PeerBench.Measured[options.Repeats];
        for (int i = 0; i < samples.Length; i++)
        {
            long before = all.Sum(static one => Interlocked.Read(ref one._received));
            PeerBench.Mark began = PeerBench.Mark.Now;
            await Task.Delay(options.Repeat);
            samples[i] = began.Since(all.Sum(static one => Interlocked.Read(ref one._received)) - before);
        }
        Array.ForEach(all, static one => one._isOver = true);
        await Task.WhenAll(links.Select(static link => link.CloseAsync()));
        Array.ForEach(all, static one => one.Dispose());
        return samples;
    }

    public void Dispose()
    {
        _links.Dispose();
        _asker.Dispose();
        _teller.Dispose();
    }

    private async Task<LoopbackLink> BeginAsync()
    {
        LoopbackLink link = await _links.ConnectAsync(_asker.Identity, _asker);
        PeerSession asking = await _asker.Opened.Task;
        await _teller.Opened.Task;
        byte[] question = new byte[PeerChainRequest.Bytes];
        new PeerChainRequest(default, uint.MaxValue, 0).Write(question);
        asking.Ask(PeerMessage.GetChain, question);
        return link;
    }

    private void Answer(PeerSession session, in PeerFrame frame)
    {
        (_telling, _question) = (session, frame.Correlation);
        Tell();
    }

    private void Take(PeerSession session, in PeerFrame frame) =>
        Interlocked.Add(ref _received, PeerFrame.HeaderBytes + frame.Body.Length);

    /// <summary>
    /// One thread at a time, and not deeper: what is sent may be taken at once, which calls this again.
    /// </summary>
    private void Tell()
    {
        if (_telling is not { } session || Interlocked.Increment(ref _wishes) != 1)
        {
            return;
        }
        int seen;
        do
        {
            seen = Volatile.Read(ref _wishes);
            while (!_isOver && session.Send(PeerMessage.Chain, _body, _question))
            {
                // until it has no room
            }
        }
        while (Interlocked.Add(ref _wishes, -seen) != 0);
    }

    /// <summary>A CHAIN of the greatest length with one part.</summary>
    private static byte[] Body()
    {
        byte[] body = new byte[PeerMessageRule.Of(PeerMessage.Chain)!.BytesMax];
        Random.Shared.NextBytes(body);
        BinaryPrimitives.WriteInt32LittleEndian(
            body.AsSpan(PeerBody.ChainHeadBytes), body.Length - PeerBody.ChainHeadBytes - sizeof(uint));
        return body;
    }
}
