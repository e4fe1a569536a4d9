$URL = "https://connect.maklare.vitec.net/Viewing/StringValue/StringValue/StringValue/Participant"
$data = "{`"updatePerson`":{`"contactId`":`"StringValue`",`"customerId`":`"StringValue`",`"categoryIds`":[`"StringValue`"]},`"participated`":false,`"reminderTime`":0}"
Invoke-WebRequest -Uri $URL -Method POST -Headers @{"Content-Type" = "application/json"; "authorization" = "basic {Base64 kodad användarnamn och lösenord}"} -Body $data
