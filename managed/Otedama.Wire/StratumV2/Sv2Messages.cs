namespace Otedama.Wire;

/// <summary>The table of all messages, and reading and writing one.</summary>
public static class Sv2Messages
{
    /// <summary>
    /// Longest payloads taken, bytes: the longest legal message without custom jobs has 1,291 from a client, 139,253 from a
    /// server.
    /// </summary>
    public const int ClientPayloadMax = 4_096, ServerPayloadMax = 262_144;

    /// <summary>Bit n: the core has a message n; 1e is reserved. Those from 40 on are asked one by one.</summary>
    private const ulong Core = 0x3f_bfff_001f;

    public static bool Has(Sv2Type type) => (ushort)type < 64
        ? (Core >> (ushort)type & 1) != 0
        : type is Sv2Type.AllocateMiningJobToken or Sv2Type.CoinbaseOutputConstraints or Sv2Type.RequestExtensions
            or Sv2Type.RequestExtensionsSuccess or Sv2Type.RequestExtensionsError;

    /// <summary>Whether the header of this message has the channel bit.</summary>
    public static bool IsOfChannel(Sv2Type type) =>
        type is Sv2Type.ChannelEndpointChanged or Sv2Type.NewMiningJob or Sv2Type.UpdateChannel
            or Sv2Type.UpdateChannelError or Sv2Type.CloseChannel or Sv2Type.SetExtranoncePrefix
            or Sv2Type.SubmitSharesStandard or Sv2Type.SubmitSharesExtended or Sv2Type.SubmitSharesSuccess
            or Sv2Type.SubmitSharesError or Sv2Type.NewExtendedMiningJob or Sv2Type.SetNewPrevHash
            or Sv2Type.SetTarget or Sv2Type.SetCustomMiningJob or Sv2Type.SetCustomMiningJobSuccess
            or Sv2Type.SetCustomMiningJobError;

    /// <summary>Whether this belongs on a connection that mines; the others of this codec are dropped and counted there.</summary>
    public static bool IsOfMining(Sv2Type type) =>
        Has(type) && type is not (Sv2Type.AllocateMiningJobToken or Sv2Type.CoinbaseOutputConstraints);

    /// <summary>
    /// Reads one payload. Bytes behind the last field are no fault; rest gives them. False when the payload is malformed,
    /// which closes the connection.
    /// </summary>
    public static bool TryRead<TMessage>(
        ReadOnlySpan<byte> payload, out TMessage message, out ReadOnlySpan<byte> rest, out Sv2Fault fault)
        where TMessage : struct, ISv2Message, allows ref struct
    {
        TMessage read = default;
        Sv2Reader reader = new(payload);
        read.Visit(ref reader);
        message = read;
        rest = reader.Rest;
        fault = reader.Fault;
        return fault == Sv2Fault.None;
    }

    public static bool TryRead<TMessage>(ReadOnlySpan<byte> payload, out TMessage message)
        where TMessage : struct, ISv2Message, allows ref struct => TryRead(payload, out message, out _, out _);

    /// <summary>
    /// Writes header and payload. Returns the bytes of the frame, or 0 when the destination is too small.
    /// </summary>
    public static int Write<TMessage>(Span<byte> destination, TMessage message)
        where TMessage : struct, ISv2Message, allows ref struct
    {
        if (destination.Length < Sv2Header.Size)
        {
            return 0;
        }
        Sv2Writer writer = new(destination[Sv2Header.Size..]);
        message.Visit(ref writer);
        if (writer.IsFull)
        {
            return 0;
        }
        Sv2Header.For(TMessage.Type, writer.Length).Write(destination);
        return Sv2Header.Size + writer.Length;
    }

    /// <summary>Calls the visitor with the message's own type; false when there is no such message.</summary>
    public static bool Visit<TVisitor>(Sv2Type type, scoped ref TVisitor visitor)
        where TVisitor : struct, ISv2Visitor, allows ref struct
    {
        switch (type)
        {
            case Sv2Type.SetupConnection:
                visitor.On<Sv2SetupConnection>();
                return true;
            case Sv2Type.SetupConnectionSuccess:
                visitor.On<Sv2SetupConnectionSuccess>();
                return true;
            case Sv2Type.SetupConnectionError:
                visitor.On<Sv2SetupConnectionError>();
                return true;
            case Sv2Type.ChannelEndpointChanged:
                visitor.On<Sv2ChannelEndpointChanged>();
                return true;
            case Sv2Type.Reconnect:
                visitor.On<Sv2Reconnect>();
                return true;
            case Sv2Type.OpenStandardMiningChannel:
                visitor.On<Sv2OpenStandardMiningChannel>();
                return true;
            case Sv2Type.OpenStandardMiningChannelSuccess:
                visitor.On<Sv2OpenStandardMiningChannelSuccess>();
                return true;
            case Sv2Type.OpenMiningChannelError:
                visitor.On<Sv2OpenMiningChannelError>();
                return true;
            case Sv2Type.OpenExtendedMiningChannel:
                visitor.On<Sv2OpenExtendedMiningChannel>();
                return true;
            case Sv2Type.OpenExtendedMiningChannelSuccess:
                visitor.On<Sv2OpenExtendedMiningChannelSuccess>();
                return true;
            case Sv2Type.NewMiningJob:
                visitor.On<Sv2NewMiningJob>();
                return true;
            case Sv2Type.UpdateChannel:
                visitor.On<Sv2UpdateChannel>();
                return true;
            case Sv2Type.UpdateChannelError:
                visitor.On<Sv2UpdateChannelError>();
                return true;
            case Sv2Type.CloseChannel:
                visitor.On<Sv2CloseChannel>();
                return true;
            case Sv2Type.SetExtranoncePrefix:
                visitor.On<Sv2SetExtranoncePrefix>();
                return true;
            case Sv2Type.SubmitSharesStandard:
                visitor.On<Sv2SubmitSharesStandard>();
                return true;
            case Sv2Type.SubmitSharesExtended:
                visitor.On<Sv2SubmitSharesExtended>();
                return true;
            case Sv2Type.SubmitSharesSuccess:
                visitor.On<Sv2SubmitSharesSuccess>();
                return true;
            case Sv2Type.SubmitSharesError:
                visitor.On<Sv2SubmitSharesError>();
                return true;
            case Sv2Type.NewExtendedMiningJob:
                visitor.On<Sv2NewExtendedMiningJob>();
                return true;
            case Sv2Type.SetNewPrevHash:
                visitor.On<Sv2SetNewPrevHash>();
                return true;
            case Sv2Type.SetTarget:
                visitor.On<Sv2SetTarget>();
                return true;
            case Sv2Type.SetCustomMiningJob:
                visitor.On<Sv2SetCustomMiningJob>();
                return true;
            case Sv2Type.SetCustomMiningJobSuccess:
                visitor.On<Sv2SetCustomMiningJobSuccess>();
                return true;
            case Sv2Type.SetCustomMiningJobError:
                visitor.On<Sv2SetCustomMiningJobError>();
                return true;
            case Sv2Type.SetGroupChannel:
                visitor.On<Sv2SetGroupChannel>();
                return true;
            case Sv2Type.AllocateMiningJobToken:
                visitor.On<Sv2AllocateMiningJobToken>();
                return true;
            case Sv2Type.CoinbaseOutputConstraints:
                visitor.On<Sv2CoinbaseOutputConstraints>();
                return true;
            case Sv2Type.RequestExtensions:
                visitor.On<Sv2RequestExtensions>();
                return true;
            case Sv2Type.RequestExtensionsSuccess:
                visitor.On<Sv2RequestExtensionsSuccess>();
                return true;
            case Sv2Type.RequestExtensionsError:
                visitor.On<Sv2RequestExtensionsError>();
                return true;
            default:
                return false;
        }
    }
}
