namespace Otedama.Wire;

/// <summary>What the other end sends is no ZMTP 3 that a subscriber with the NULL mechanism understands.</summary>
public sealed class ZmtpException(string message) : IOException(message);
