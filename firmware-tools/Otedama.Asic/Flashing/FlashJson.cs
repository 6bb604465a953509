using System.Text.Json;
using System.Text.Json.Serialization;

namespace Otedama.Asic;

/// <summary>Plans, ledgers and reports as text: snake_case, unknown = null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(FlashPlan))]
[JsonSerializable(typeof(RolloutFile))]
[JsonSerializable(typeof(ImageReport))]
[JsonSerializable(typeof(FlashDevice))]
internal sealed partial class FlashJson : JsonSerializerContext;
