using Otedama.Core;

namespace Otedama.Node;

/// <summary>An unspent output and where it was made.</summary>
internal sealed record Coin(TxOutput Output, int Height, bool IsCoinbase);
