using Otedama.Wire;

namespace Otedama.Pool;

public sealed partial class Sv2Connection
{
    /// <summary>The verdict of a share; told in a batch, at once when it found a block.</summary>
    /// <param name="difficulty">Of its job.</param>
    /// <param name="now">Ticks (100 ns) of the clock that Tick is given.</param>
    public void Accepted(Sv2Channel channel, uint sequence, double difficulty, bool isBlock, long now)
    {
        channel.Batch.Add(sequence, difficulty, now);
        if (isBlock || channel.Batch.Count >= Sv2ShareBatch.SharesMax)
        {
            Flush(channel);
        }
    }

    /// <summary>Told at once, after what was accepted before it.</summary>
    public void Rejected(Sv2Channel channel, uint sequence, string errorCode)
    {
        Flush(channel);
        SendError(channel.Id, sequence, errorCode);
    }

    /// <summary>Tells the batches that are old enough.</summary>
    public void Tick(long now)
    {
        foreach (Sv2Channel channel in _channels.Values)
        {
            if (channel.Batch.Count > 0 && now - channel.Batch.Since >= Sv2ShareBatch.AgeMax.Ticks)
            {
                Flush(channel);
            }
        }
    }

    private Sv2Outcome SubmitStandard(ReadOnlySpan<byte> payload)
    {
        if (!Sv2Messages.TryRead(payload, out Sv2SubmitSharesStandard share))
        {
            return Sv2Outcome.Malformed;
        }
        Sv2Share sent = new(share.SequenceNumber, share.JobId, share.Nonce, share.Ntime, share.Version);
        return Submit(share.ChannelId, isStandard: true, sent, [], []);
    }

    private Sv2Outcome SubmitExtended(ReadOnlySpan<byte> payload)
    {
        if (!Sv2Messages.TryRead(payload, out Sv2SubmitSharesExtended share, out ReadOnlySpan<byte> rest, out _))
        {
            return Sv2Outcome.Malformed;
        }
        ReadOnlySpan<byte> worker = default;
        if (HasWorkerExtension && !Sv2Tlv.TryReadWorker(rest, out worker))
        {
            return Sv2Outcome.Malformed;
        }
        Sv2Share sent = new(share.SequenceNumber, share.JobId, share.Nonce, share.Ntime, share.Version);
        return Submit(share.ChannelId, isStandard: false, sent, share.Extranonce, worker);
    }

    private Sv2Outcome Submit(
        uint id, bool isStandard, Sv2Share share, ReadOnlySpan<byte> extranonce, ReadOnlySpan<byte> worker)
    {
        Sv2Channel? channel = Find(id);
        if (channel is null || channel.IsStandard != isStandard)
        {
            SendError(id, share.Sequence, "invalid-channel-id");
        }
        else if (extranonce.Length != channel.ExtranonceSize)
        {
            Rejected(channel, share.Sequence, "bad-extranonce-size");
        }
        else
        {
            _desk.Submit(channel, share, extranonce, worker);
        }
        return Sv2Outcome.Done;
    }

    private void Flush(Sv2Channel channel)
    {
        Sv2ShareBatch batch = channel.Batch;
        if (batch.Count > 0)
        {
            Send(new Sv2SubmitSharesSuccess
            {
                ChannelId = channel.Id,
                LastSequenceNumber = batch.LastSequence,
                NewSubmitsAcceptedCount = (uint)batch.Count,
                NewSharesSum = batch.Sum,
            });
            batch.Clear();
        }
    }

    private void SendError(uint channelId, uint sequence, string errorCode) =>
        Send(new Sv2SubmitSharesError
        {
            ChannelId = channelId,
            SequenceNumber = sequence,
            ErrorCode = Ascii(errorCode),
        });
}
