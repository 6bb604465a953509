using System.Text.Json;
using System.Text.Json.Serialization;

namespace Otedama.Asic;

/// <summary>Entries on one line each.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = false)]
[JsonSerializable(typeof(FlashEntry))]
internal sealed partial class LedgerJson : JsonSerializerContext;
