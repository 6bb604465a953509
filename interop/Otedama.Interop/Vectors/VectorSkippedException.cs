namespace Otedama.Interop;

/// <summary>A case this build or machine cannot run; the message says why.</summary>
internal sealed class VectorSkippedException(string reason) : Exception(reason);
