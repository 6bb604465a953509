namespace Otedama.Wire;

/// <summary>The table of all messages, and reading and writing one.</summary>
public static class Sv2Messages
{
    /// <summary>
    /// Longest payloads taken, bytes: the longest legal message without custom jobs has 1,291 from a client, 139,253
    /// from a server.
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

    /// <summary>
    /// Whether this belongs on a connection that mines; the others of this codec are dropped and counted there.
    /// </summary>
    public static bool IsOfMining(Sv2Type type) =>
        Has(type) && type is not (Sv2Type.AllocateMiningJobToken or Sv2Type.CoinbaseOutputConstraints);

    /// <summary>
    /// Reads one payload. Bytes behind the last field are no fault; rest gives them. False when the payload is
    /// malformed, which closes the connection.
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
        where TVisitor : struct, ISv2Visitor, allows ref struct => type switch
        {
            Sv2Type.SetupConnection => On<TVisitor, Sv2SetupConnection>(ref visitor),
            Sv2Type.SetupConnectionSuccess => On<TVisitor, Sv2SetupConnectionSuccess>(ref visitor),
            Sv2Type.SetupConnectionError => On<TVisitor, Sv2SetupConnectionError>(ref visitor),
            Sv2Type.ChannelEndpointChanged => On<TVisitor, Sv2ChannelEndpointChanged>(ref visitor),
            Sv2Type.Reconnect => On<TVisitor, Sv2Reconnect>(ref visitor),
            Sv2Type.OpenStandardMiningChannel => On<TVisitor, Sv2OpenStandardMiningChannel>(ref visitor),
            Sv2Type.OpenStandardMiningChannelSuccess => On<TVisitor, Sv2OpenStandardMiningChannelSuccess>(ref visitor),
            Sv2Type.OpenMiningChannelError => On<TVisitor, Sv2OpenMiningChannelError>(ref visitor),
            Sv2Type.OpenExtendedMiningChannel => On<TVisitor, Sv2OpenExtendedMiningChannel>(ref visitor),
            Sv2Type.OpenExtendedMiningChannelSuccess => On<TVisitor, Sv2OpenExtendedMiningChannelSuccess>(ref visitor),
            Sv2Type.NewMiningJob => On<TVisitor, Sv2NewMiningJob>(ref visitor),
            Sv2Type.UpdateChannel => On<TVisitor, Sv2UpdateChannel>(ref visitor),
            Sv2Type.UpdateChannelError => On<TVisitor, Sv2UpdateChannelError>(ref visitor),
            Sv2Type.CloseChannel => On<TVisitor, Sv2CloseChannel>(ref visitor),
            Sv2Type.SetExtranoncePrefix => On<TVisitor, Sv2SetExtranoncePrefix>(ref visitor),
            Sv2Type.SubmitSharesStandard => On<TVisitor, Sv2SubmitSharesStandard>(ref visitor),
            Sv2Type.SubmitSharesExtended => On<TVisitor, Sv2SubmitSharesExtended>(ref visitor),
            Sv2Type.SubmitSharesSuccess => On<TVisitor, Sv2SubmitSharesSuccess>(ref visitor),
            Sv2Type.SubmitSharesError => On<TVisitor, Sv2SubmitSharesError>(ref visitor),
            Sv2Type.NewExtendedMiningJob => On<TVisitor, Sv2NewExtendedMiningJob>(ref visitor),
            Sv2Type.SetNewPrevHash => On<TVisitor, Sv2SetNewPrevHash>(ref visitor),
            Sv2Type.SetTarget => On<TVisitor, Sv2SetTarget>(ref visitor),
            Sv2Type.SetCustomMiningJob => On<TVisitor, Sv2SetCustomMiningJob>(ref visitor),
            Sv2Type.SetCustomMiningJobSuccess => On<TVisitor, Sv2SetCustomMiningJobSuccess>(ref visitor),
            Sv2Type.SetCustomMiningJobError => On<TVisitor, Sv2SetCustomMiningJobError>(ref visitor),
            Sv2Type.SetGroupChannel => On<TVisitor, Sv2SetGroupChannel>(ref visitor),
            Sv2Type.AllocateMiningJobToken => On<TVisitor, Sv2AllocateMiningJobToken>(ref visitor),
            Sv2Type.CoinbaseOutputConstraints => On<TVisitor, Sv2CoinbaseOutputConstraints>(ref visitor),
            Sv2Type.RequestExtensions => On<TVisitor, Sv2RequestExtensions>(ref visitor),
            Sv2Type.RequestExtensionsSuccess => On<TVisitor, Sv2RequestExtensionsSuccess>(ref visitor),
            Sv2Type.RequestExtensionsError => On<TVisitor, Sv2RequestExtensionsError>(ref visitor),
            _ => false,
        };

    private static bool On<TVisitor, TMessage>(scoped ref TVisitor visitor)
        where TVisitor : struct, ISv2Visitor, allows ref struct
        where TMessage : struct, ISv2Message, allows ref struct
    {
        visitor.On<TMessage>();
        return true;
    }
}
