using System.Text.Json;
using System.Text.Json.Serialization;

namespace Otedama.Asic;

/// <summary>Names of an enum in plans and ledgers: snake_case, never numbers.</summary>
public sealed class FlashEnum<T>()
    : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
