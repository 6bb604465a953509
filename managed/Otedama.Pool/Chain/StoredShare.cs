namespace Otedama.Pool;

/// <summary>One share as it lay on disk.</summary>
/// <param name="IsChecked">Its proof of work was checked before it was kept.</param>
internal readonly record struct StoredShare(ReadOnlyMemory<byte> Bytes, bool IsChecked);
