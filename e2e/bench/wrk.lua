-- One line of JSON for the bench, behind what wrk itself prints. Times are in microseconds.
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\nRESULT {"answers":%d,"microseconds":%d,"bytes":%d,"errors":%d,"statuses":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, summary.bytes, e.connect + e.read + e.write + e.timeout, e.status,
    latency:percentile(50), latency:percentile(99)))
end
