namespace Otedama.Pool;

/// <summary>One share as it lay on disk.</summary>
/// <param name="IsChecked">Its proof of work was checked before it was kept.</param>
/// <param name="IsCoinBlock">What its proof of work showed then; null where that was not noted.</param>
internal readonly record struct StoredShare(ReadOnlyMemory<byte> Bytes, bool IsChecked, bool? IsCoinBlock);
