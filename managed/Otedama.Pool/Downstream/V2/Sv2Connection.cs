using System.Text;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The server's side of one Stratum V2 connection as a pure state machine: frames in, answers into Output, what only
/// the pool knows through its desk. No socket, no clock, no encryption. One caller.
/// </summary>
public sealed partial class Sv2Connection
{
    /// <summary>Channels one connection may have open; more are refused.</summary>
    public const int ChannelsMax = 256;

    /// <summary>Two groups: channels with coinbases of the usual length and of the wide class.</summary>
    public const uint UsualGroup = 1, WideGroup = 2, FirstChannel = 3;

    /// <summary>
    /// Bytes that nearly every frame of this side fits into; more are made where one does not. Jobs are the desk's.
    /// </summary>
    private const int FrameRoom = 512;

    private readonly ISv2Desk _desk;
    private readonly Dictionary<uint, Sv2Channel> _channels = [];
    private uint _nextChannel;
    private bool _isSetUp;
    private bool _isEnded;
    private bool _wantsStandardJobs;

    /// <param name="firstChannel">The first channel's id; groups have those below 3.</param>
    public Sv2Connection(ISv2Desk desk, uint firstChannel = FirstChannel) =>
        (_desk, _nextChannel) = (desk, firstChannel);

    /// <summary>Frames to send, whole ones; the caller empties it.</summary>
    public WireBuffer Output { get; } = new();

    /// <summary>Whether shares may name their worker (extension 2).</summary>
    public bool HasWorkerExtension { get; private set; }

    /// <summary>Every job has to be a NewMiningJob of the channel, none of the group.</summary>
    public bool WantsStandardJobs => _wantsStandardJobs;

    public IReadOnlyCollection<Sv2Channel> Channels => _channels.Values;

    public Sv2Outcome Receive(Sv2Header header, ReadOnlySpan<byte> payload)
    {
        if (_isEnded)
        {
            return Sv2Outcome.Close;
        }
        Sv2Outcome outcome = header.Type is not { } type || !Sv2Messages.IsOfMining(type)
            ? Sv2Outcome.Dropped
            : type == Sv2Type.SetupConnection ? SetUp(payload)
            : !_isSetUp ? Sv2Outcome.Close
            : Take(type, payload);
        _isEnded = outcome is Sv2Outcome.Close or Sv2Outcome.Malformed;
        return outcome;
    }

    private Sv2Outcome Take(Sv2Type type, ReadOnlySpan<byte> payload) => type switch
    {
        Sv2Type.RequestExtensions => Extend(payload),
        Sv2Type.OpenStandardMiningChannel => OpenStandard(payload),
        Sv2Type.OpenExtendedMiningChannel => OpenExtended(payload),
        Sv2Type.UpdateChannel => Update(payload),
        Sv2Type.CloseChannel => Close(payload),
        Sv2Type.SubmitSharesStandard => SubmitStandard(payload),
        Sv2Type.SubmitSharesExtended => SubmitExtended(payload),
        Sv2Type.SetCustomMiningJob => RefuseCustomJob(payload),
        _ => Sv2Outcome.Dropped, // what only a server says
    };

    private Sv2Outcome SetUp(ReadOnlySpan<byte> payload)
    {
        if (!Sv2Messages.TryRead(payload, out Sv2SetupConnection request))
        {
            return Sv2Outcome.Malformed;
        }
        if (_isSetUp)
        {
            return Sv2Outcome.Close;
        }
        Sv2SetupAnswer answer = Sv2SetupRules.Judge(
            request.Protocol, request.MinVersion, request.MaxVersion, request.Flags);
        if (!answer.IsGood)
        {
            Send(new Sv2SetupConnectionError { Flags = answer.Flags, ErrorCode = Ascii(answer.ErrorCode) });
            return Sv2Outcome.Close;
        }
        _isSetUp = true;
        _wantsStandardJobs = (request.Flags & Sv2SetupRules.RequiresStandardJobs) != 0;
        Send(new Sv2SetupConnectionSuccess { UsedVersion = Sv2SetupRules.Version, Flags = answer.Flags });
        return Sv2Outcome.Done;
    }

    /// <summary>Extensions 1 and 2 are known; the answer names those of the request that are, in its order.</summary>
    private Sv2Outcome Extend(ReadOnlySpan<byte> payload)
    {
        if (!Sv2Messages.TryRead(payload, out Sv2RequestExtensions request))
        {
            return Sv2Outcome.Malformed;
        }
        Span<byte> supported = stackalloc byte[4];
        int count = 0;
        for (int i = 0; i < request.RequestedExtensions.Length; i += sizeof(ushort))
        {
            ReadOnlySpan<byte> one = request.RequestedExtensions.Slice(i, sizeof(ushort));
            if (one[1] == 0 && (one[0] is 1 or 2) && !Holds(supported[..count], one[0]))
            {
                one.CopyTo(supported[count..]);
                count += sizeof(ushort);
            }
        }
        HasWorkerExtension |= Holds(supported[..count], (byte)Sv2Tlv.WorkerExtension);
        byte[] known = supported[..count].ToArray();
        if (count == 0)
        {
            Send(new Sv2RequestExtensionsError
            {
                RequestId = request.RequestId,
                UnsupportedExtensions = request.RequestedExtensions,
            });
        }
        else
        {
            Send(new Sv2RequestExtensionsSuccess { RequestId = request.RequestId, SupportedExtensions = known });
        }
        return Sv2Outcome.Done;
    }

    private static bool Holds(ReadOnlySpan<byte> numbers, byte low)
    {
        for (int i = 0; i < numbers.Length; i += sizeof(ushort))
        {
            if (numbers[i] == low)
            {
                return true;
            }
        }
        return false;
    }

    private static byte[] Ascii(string code) => Encoding.ASCII.GetBytes(code);

    private void Send<TMessage>(TMessage message)
        where TMessage : struct, ISv2Message, allows ref struct
    {
        for (int room = FrameRoom; ; room *= 2)
        {
            int bytes = Sv2Messages.Write(Output.GetSpan(room), message);
            if (bytes > 0)
            {
                Output.Advance(bytes);
                return;
            }
        }
    }
}
