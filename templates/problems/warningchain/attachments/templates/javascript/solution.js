/**
 * @param {number[]} caller
 * @param {number[]} minutes
 * @returns {number}
 */
function warnAll(caller, minutes) {
  // TODO: return the number of minutes until everybody has been warned.
  return -1;
}

module.exports = { warnAll };
