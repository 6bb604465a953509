using Otedama.Core;

namespace Otedama.Interop;

/// <summary>One dataset of a store, for display.</summary>
/// <param name="Bytes">Memory it takes.</param>
/// <param name="Done">0 to 1.</param>
/// <param name="Problem">Why it could not be made; empty while all is well.</param>
public sealed record DatasetState(Algorithm Algorithm, uint Epoch, ulong Bytes, double Done, string Problem);
