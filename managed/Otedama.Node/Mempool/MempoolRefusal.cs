namespace Otedama.Node;

/// <summary>Why a transaction was not taken, with the JSON-RPC code that says so.</summary>
internal readonly record struct MempoolRefusal(int Code, string Reason);
