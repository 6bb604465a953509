using System.Text.Json.Serialization;
using Otedama.Mining;

namespace Otedama;

/// <summary>Everything that is printed or served as JSON: snake_case, unknown = null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(DevicesAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(TextAnswer))]
[JsonSerializable(typeof(InitAnswer))]
[JsonSerializable(typeof(ReloadAnswer))]
[JsonSerializable(typeof(ConfigAnswer))]
[JsonSerializable(typeof(ConfigCheckAnswer))]
[JsonSerializable(typeof(SelftestAnswer))]
[JsonSerializable(typeof(DiagAnswer))]
[JsonSerializable(typeof(NetAnswer))]
[JsonSerializable(typeof(InstanceFile))]
[JsonSerializable(typeof(StatusView))]
[JsonSerializable(typeof(RigsAnswer))]
[JsonSerializable(typeof(PoolsAnswer))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(Alert))]
[JsonSerializable(typeof(MinersAnswer))]
[JsonSerializable(typeof(BlocksAnswer))]
[JsonSerializable(typeof(PayoutsAnswer))]
[JsonSerializable(typeof(HistoryView))]
[JsonSerializable(typeof(ChainSharesAnswer))]
[JsonSerializable(typeof(PeersAnswer))]
[JsonSerializable(typeof(VerifyAnswer))]
[JsonSerializable(typeof(PluginAnswerList))]
[JsonSerializable(typeof(PluginBenchAnswer))]
[JsonSerializable(typeof(LedgerCheckAnswer))]
[JsonSerializable(typeof(LedgerRepairAnswer))]
[JsonSerializable(typeof(ChaosAnswer))]
[JsonSerializable(typeof(BenchmarkReport))]
internal sealed partial class AnswerJson : JsonSerializerContext;
