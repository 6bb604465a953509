using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

public sealed partial class Sv2Connection
{
    /// <summary>The channel, or null when it is not open.</summary>
    public Sv2Channel? Find(uint id) => _channels.GetValueOrDefault(id);

    private Sv2Outcome OpenStandard(ReadOnlySpan<byte> payload)
    {
        if (!Sv2Messages.TryRead(payload, out Sv2OpenStandardMiningChannel request))
        {
            return Sv2Outcome.Malformed;
        }
        Sv2Channel? channel = Open(
            request.RequestId, request.UserIdentity, request.NominalHashRate, request.MaxTarget, null);
        if (channel is not null)
        {
            Send(new Sv2OpenStandardMiningChannelSuccess
            {
                RequestId = request.RequestId,
                ChannelId = channel.Id,
                Target = channel.Target,
                ExtranoncePrefix = channel.Prefix,
                GroupChannelId = channel.Group,
            });
            _desk.Opened(channel);
        }
        return Sv2Outcome.Done;
    }

    private Sv2Outcome OpenExtended(ReadOnlySpan<byte> payload)
    {
        if (!Sv2Messages.TryRead(payload, out Sv2OpenExtendedMiningChannel request))
        {
            return Sv2Outcome.Malformed;
        }
        Sv2Channel? channel = Open(
            request.RequestId, request.UserIdentity, request.NominalHashRate, request.MaxTarget,
            request.MinExtranonceSize);
        if (channel is not null)
        {
            Send(new Sv2OpenExtendedMiningChannelSuccess
            {
                RequestId = request.RequestId,
                ChannelId = channel.Id,
                Target = channel.Target,
                ExtranonceSize = (ushort)channel.ExtranonceSize,
                ExtranoncePrefix = channel.Prefix,
                GroupChannelId = channel.Group,
            });
            _desk.Opened(channel);
        }
        return Sv2Outcome.Done;
    }

    /// <summary>
    /// A channel, or null after an Error was written. Nothing else is written between a request and its answer:
    /// devices take the very next frame for it.
    /// </summary>
    /// <param name="minExtranonceSize">Null for a standard channel.</param>
    private Sv2Channel? Open(
        uint requestId, ReadOnlySpan<byte> identity, float hashRate, Target maxTarget, ushort? minExtranonceSize)
    {
        bool isStandard = minExtranonceSize is null;
        string code = !isStandard && _wantsStandardJobs ? "extended-channels-not-supported-for-standard-jobs"
            : Sv2OpenRules.Judge(identity, hashRate, maxTarget, minExtranonceSize ?? 0, _desk.Hardest);
        Sv2Grant? grant = null;
        Sv2OpenRequest? request = null;
        if (code.Length == 0 && (_channels.Count >= ChannelsMax || _nextChannel == uint.MaxValue))
        {
            code = "channel-capacity-exhausted";
        }
        if (code.Length == 0)
        {
            int size = isStandard ? 0 : Sv2OpenRules.Granted(minExtranonceSize ?? 0);
            _ = Sv2OpenRules.TryText(identity, out string text);
            request = new Sv2OpenRequest(
                isStandard, text, hashRate, maxTarget, size, IsWide: size > Sv2OpenRules.ExtranonceSizeUsual);
            grant = _desk.Grant(request, out code);
        }
        if (request is null || grant is null)
        {
            Send(new Sv2OpenMiningChannelError { RequestId = requestId, ErrorCode = Ascii(code) });
            return null;
        }
        Target target = grant.Target > maxTarget ? maxTarget : grant.Target;
        uint group = request.IsWide ? WideGroup : UsualGroup;
        Sv2Channel channel = new(_nextChannel++, group, request, grant with { Target = target });
        _channels.Add(channel.Id, channel);
        return channel;
    }

    /// <summary>
    /// No answer when all is well; a target the client cannot work with any more is replaced at once.
    /// </summary>
    private Sv2Outcome Update(ReadOnlySpan<byte> payload)
    {
        if (!Sv2Messages.TryRead(payload, out Sv2UpdateChannel request))
        {
            return Sv2Outcome.Malformed;
        }
        string code = Find(request.ChannelId) is null ? "invalid-channel-id"
            : !float.IsFinite(request.NominalHashRate) || request.NominalHashRate < 0 ? "invalid-nominal-hashrate"
            : request.MaximumTarget.IsZero || request.MaximumTarget < _desk.Hardest ? "max-target-out-of-range"
            : "";
        if (code.Length > 0)
        {
            Send(new Sv2UpdateChannelError { ChannelId = request.ChannelId, ErrorCode = Ascii(code) });
            return Sv2Outcome.Done;
        }
        Sv2Channel channel = _channels[request.ChannelId];
        if (request.MaximumTarget < channel.Target)
        {
            channel.Target = request.MaximumTarget;
            Send(new Sv2SetTarget { ChannelId = channel.Id, MaximumTarget = channel.Target });
        }
        _desk.Updated(channel, request.NominalHashRate);
        return Sv2Outcome.Done;
    }

    /// <summary>A group's id closes its members; the connection stays.</summary>
    private Sv2Outcome Close(ReadOnlySpan<byte> payload)
    {
        if (!Sv2Messages.TryRead(payload, out Sv2CloseChannel request))
        {
            return Sv2Outcome.Malformed;
        }
        uint id = request.ChannelId;
        Sv2Channel[] gone = [.. _channels.Values.Where(channel => channel.Id == id || channel.Group == id)];
        foreach (Sv2Channel channel in gone)
        {
            Flush(channel);
            _channels.Remove(channel.Id);
            _desk.Closed(channel);
        }
        return Sv2Outcome.Done;
    }

    private Sv2Outcome RefuseCustomJob(ReadOnlySpan<byte> payload)
    {
        if (!Sv2Messages.TryRead(payload, out Sv2SetCustomMiningJob request))
        {
            return Sv2Outcome.Malformed;
        }
        Send(new Sv2SetCustomMiningJobError
        {
            ChannelId = request.ChannelId,
            RequestId = request.RequestId,
            ErrorCode = Ascii("jd-not-supported"),
        });
        return Sv2Outcome.Done;
    }
}
